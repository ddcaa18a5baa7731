import { useQuery } from '@tanstack/react-query'
import { ask } from '../../api.ts'
import { Refusal } from '../../design/refusal.tsx'
import { Sure } from '../../design/sure.tsx'
import { Table } from '../../design/table.tsx'
import { dayTime } from '../../format.ts'
import { Field, StepForm } from '../../design/form.tsx'
import { canPasskeys, makePasskey } from '../login/login.ts'
import { Part, Read } from './part.tsx'
import { browserName, FACTOR_WORDS, passkeysQuery, sessionsQuery, useChange } from './settings.ts'

/** Passkeys, and where one is signed in. */
export function Devices() {
  return (
    <>
      <Passkeys />
      <Sessions />
    </>
  )
}

function Passkeys() {
  const passkeys = useQuery(passkeysQuery)
  const add = useChange(makePasskey)
  const remove = useChange((id: string) => ask(`/passkeys/${encodeURIComponent(id)}`, { method: 'DELETE' }))
  return (
    <Part title="Passkeys" lead="A phone, a key or this computer signs you in by itself, in place of password and code.">
      <Refusal error={remove.error} />
      <Read of={passkeys}>
        {(all) =>
          all.length > 0 && (
            <Table
              className="settings-list"
              narrow="blocks"
              caption="Your passkeys"
              heads={['Passkey', 'Made (UTC)', 'Last used', '']}
              rows={all.map((one) => ({
                key: one.id,
                cells: [
                  <strong>{one.name}</strong>,
                  dayTime(one.created_at),
                  one.last_used_at ? dayTime(one.last_used_at) : 'never',
                  <Sure
                    isQuiet
                    verb="Remove"
                    yes="Remove it"
                    does="It opens nothing from then on."
                    onYes={() => remove.mutate(one.id)}
                  />,
                ],
              }))}
            />
          )
        }
      </Read>
      {canPasskeys() ? (
        <details className="settings-fold">
          <summary>Add a passkey</summary>
          <StepForm submit="Add" onSubmit={async ({ name = '' }) => void (await add.mutateAsync(name))}>
            <Field label="What it is called" name="name" placeholder="Work phone" maxLength={60} autoComplete="off" />
          </StepForm>
        </details>
      ) : (
        <p className="caption">This browser has none here: they need https, or http://localhost.</p>
      )}
    </Part>
  )
}

function Sessions() {
  const sessions = useQuery(sessionsQuery)
  const end = useChange((id: string) => ask(`/sessions/${encodeURIComponent(id)}`, { method: 'DELETE' }))
  const endOthers = useChange(() => ask('/sessions', { method: 'DELETE' }))
  const others = sessions.data?.some((one) => !one.is_this) ?? false
  return (
    <Part
      title="Where you are signed in"
      lead="Each session ends twelve hours after it began."
      actions={
        others && (
          <Sure
            verb="End all others"
            yes="End them"
            does="They have to sign in again."
            onYes={() => endOthers.mutate(undefined)}
          />
        )
      }
    >
      <Refusal error={end.error ?? endOthers.error} />
      <Read of={sessions}>
        {(all) => (
          <Table
            className="settings-list"
            narrow="blocks"
            caption="Your sessions"
            heads={['Browser', 'Signed in by', 'Since (UTC)', 'From', '']}
            rows={all.map((one) => ({
              key: one.id,
              cells: [
                <strong>{browserName(one.user_agent)}</strong>,
                FACTOR_WORDS[one.factor],
                dayTime(one.created_at),
                one.ip_address ?? '–',
                one.is_this ? (
                  <span className="settings-mark">this one</span>
                ) : (
                  <Sure isQuiet verb="End" yes="End it" does="It has to sign in again." onYes={() => end.mutate(one.id)} />
                ),
              ],
            }))}
          />
        )}
      </Read>
    </Part>
  )
}
