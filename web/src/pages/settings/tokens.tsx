import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../api.ts'
import { Notice } from '../../design/notice.tsx'
import { Refusal } from '../../design/refusal.tsx'
import { Sure } from '../../design/sure.tsx'
import { Table } from '../../design/table.tsx'
import { Command } from '../../design/states.tsx'
import { dayTime } from '../../format.ts'
import { Field, StepForm } from '../../design/form.tsx'
import { Part, Read } from './part.tsx'
import { type TokenFacts, tokensQuery, useChange } from './settings.ts'

const SCOPES: readonly { scope: string; label: string }[] = [
  { scope: 'api', label: 'ask the API' },
  { scope: 'catalog:read', label: 'read tables through the catalog' },
  { scope: 'catalog:write', label: 'write tables of its own' },
  { scope: 'pipeline:write', label: 'write Blotter’s tables, steer runs' },
  { scope: 'metrics', label: 'read the metrics' },
]

const LIFETIMES = [30, 90, 365] as const

type NewToken = TokenFacts & { token: string }

/** What programs get in with. */
export function Tokens() {
  const tokens = useQuery(tokensQuery)
  const [made, setMade] = useState<NewToken>()
  const add = useChange((wish: object) => ask<NewToken>('/tokens', { method: 'POST', body: wish }))
  const revoke = useChange((name: string) => ask(`/tokens/${encodeURIComponent(name)}`, { method: 'DELETE' }))
  return (
    <>
      {made && (
        <Notice tone="ok" title={`The token ${made.name}, shown this once.`}>
          <Command text={made.token} />
        </Notice>
      )}
      <Part
        title="Tokens"
        lead={
          <>
            Programs show one as <code>Authorization: Bearer TOKEN</code>. Only its hash is kept.
          </>
        }
      >
        <Refusal error={revoke.error} />
        <Read of={tokens}>
          {(all) =>
            all.length === 0 ? (
              <p className="caption">There is none yet.</p>
            ) : (
              <Table
                className="settings-list"
                narrow="blocks"
                caption="All tokens"
                heads={['Token', 'May', 'State', 'Last used (UTC)', 'Good until', '']}
                rows={all.map((one) => ({
                  key: `${one.name} ${one.created_at}`,
                  isQuiet: one.state !== 'active',
                  cells: [
                    <strong>{one.name}</strong>,
                    one.scopes.join(', '),
                    one.state,
                    one.last_used_at ? dayTime(one.last_used_at) : 'never',
                    one.expires_at ? dayTime(one.expires_at) : 'revoked',
                    one.state === 'active' && (
                      <Sure
                        isQuiet
                        verb="Revoke"
                        yes="Revoke it"
                        does="Programs that use it are shut out."
                        onYes={() => revoke.mutate(one.name)}
                      />
                    ),
                  ],
                }))}
              />
            )
          }
        </Read>
      </Part>
      <Part title="Make a token" lead="Name it after who uses it, and give it no more than it needs.">
        <NewTokenForm onMade={async (wish) => setMade(await add.mutateAsync(wish))} />
      </Part>
    </>
  )
}

function NewTokenForm({ onMade }: { onMade: (wish: object) => Promise<void> }) {
  const [scopes, setScopes] = useState<readonly string[]>(['api'])
  const toggle = (scope: string): void =>
    setScopes(scopes.includes(scope) ? scopes.filter((one) => one !== scope) : [...scopes, scope])
  return (
    <StepForm
      isWide
      submit="Make"
      onSubmit={({ name = '', days = '' }) =>
        onMade({ name, scopes, ...(days !== '' && { expires_in_days: Number(days) }) })
      }
    >
      <Field
        label="Name"
        name="name"
        placeholder="spark-nightly"
        pattern="[A-Za-z0-9][A-Za-z0-9._\-]{0,63}"
        autoComplete="off"
      />
      <div className="form-field">
        <label htmlFor="token-days">Good for</label>
        <select id="token-days" name="days" className="field" defaultValue="90">
          {LIFETIMES.map((days) => (
            <option key={days} value={days}>{`${days} days`}</option>
          ))}
          <option value="">until it is revoked</option>
        </select>
      </div>
      <fieldset className="settings-scopes">
        <legend>It may</legend>
        {SCOPES.map(({ scope, label }) => (
          <label key={scope} className="form-check">
            <input type="checkbox" checked={scopes.includes(scope)} onChange={() => toggle(scope)} />
            <span>
              {label} <code className="caption">{scope}</code>
            </span>
          </label>
        ))}
      </fieldset>
    </StepForm>
  )
}
