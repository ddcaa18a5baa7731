import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../api.ts'
import { Notice } from '../../design/notice.tsx'
import { Refusal } from '../../design/refusal.tsx'
import { Sure } from '../../design/sure.tsx'
import { Table } from '../../design/table.tsx'
import { Command } from '../../design/states.tsx'
import { dayTime } from '../../format.ts'
import type { Role } from '../../session.ts'
import { useSession } from '../../session.ts'
import { Field, StepForm } from '../../design/form.tsx'
import { Part, Read } from './part.tsx'
import { type NewLink, type UserFacts, useChange, usersQuery } from './settings.ts'

const ROLES: readonly { role: Role; label: string }[] = [
  { role: 'viewer', label: 'Viewer: looks and asks' },
  { role: 'operator', label: 'Operator: also steers runs' },
  { role: 'admin', label: 'Admin: also lets others in' },
]

type Linked = UserFacts & { link: NewLink }

/** Who may sign in, and as what. */
export function Users() {
  const users = useQuery(usersQuery)
  const { session } = useSession()
  const [linked, setLinked] = useState<Linked>()
  const add = useChange((wish: object) => ask<Linked>('/users', { method: 'POST', body: wish }))
  const setRole = useChange(({ id, role }: { id: string; role: string }) =>
    ask(`/users/${id}`, { method: 'PATCH', body: { role } }),
  )
  const remove = useChange((id: string) => ask(`/users/${id}`, { method: 'DELETE' }))
  const reset = useChange((id: string) => ask<Linked>(`/users/${id}/reset-mfa`, { method: 'POST', body: {} }))
  return (
    <>
      {linked && <LinkNotice linked={linked} />}
      <Part title="Users" lead="What a role may do holds for pages, API, Iceberg catalog and metrics alike.">
        <Refusal error={setRole.error ?? remove.error ?? reset.error} />
        <Read of={users}>
          {(all) => (
            <Table
              className="settings-list"
              narrow="blocks"
              caption="All users"
              heads={['User', 'Role', 'Signs in with', 'Last login (UTC)', '']}
              rows={all.map((one) => ({
                key: one.id,
                cells: [
                  <Who user={one} isYou={one.id === session?.user?.id} />,
                  <RoleChoice user={one} onChoose={(role) => setRole.mutate({ id: one.id, role })} />,
                  waysOf(one),
                  one.last_login_at ? dayTime(one.last_login_at) : 'never',
                  <span className="settings-acts">
                    <Sure
                      isQuiet
                      verb="New link"
                      yes="Make it"
                      does="Second factor, passkeys and sessions go."
                      onYes={() => reset.mutate(one.id, { onSuccess: setLinked })}
                    />
                    <Sure
                      isQuiet
                      verb="Remove"
                      yes="Remove them"
                      does="Their sessions end at once."
                      onYes={() => remove.mutate(one.id)}
                    />
                  </span>,
                ],
              }))}
            />
          )}
        </Read>
      </Part>
      <Part title="Add a user" lead="You get a link for them that is good once, for a day.">
        <StepForm
          isWide
          submit="Add"
          onSubmit={async ({ email = '', name = '', role = 'viewer' }) =>
            setLinked(await add.mutateAsync({ email, name, role }))
          }
        >
          <Field label="E-mail" name="email" type="email" autoComplete="off" />
          <Field label="Name" name="name" maxLength={100} autoComplete="off" />
          <div className="form-field">
            <label htmlFor="new-role">Role</label>
            <select id="new-role" name="role" className="field">
              {ROLES.map(({ role, label }) => (
                <option key={role} value={role}>
                  {label}
                </option>
              ))}
            </select>
          </div>
        </StepForm>
      </Part>
    </>
  )
}

function LinkNotice({ linked: { name, link } }: { linked: Linked }) {
  return (
    <Notice tone="ok" title={`Send this link to ${name}. It is good once, until ${dayTime(link.expires_at)} UTC.`}>
      <Command text={`${location.origin}${link.path}`} />
    </Notice>
  )
}

function Who({ user, isYou }: { user: UserFacts; isYou: boolean }) {
  return (
    <span className="settings-who">
      <strong>
        {user.name}
        {isYou && <span className="settings-mark">you</span>}
      </strong>
      <span className="caption">{user.email}</span>
    </span>
  )
}

function RoleChoice({ user, onChoose }: { user: UserFacts; onChoose: (role: string) => void }) {
  return (
    <select
      className="field"
      aria-label={`Role of ${user.name}`}
      value={user.role}
      onChange={(event) => onChoose(event.target.value)}
    >
      {ROLES.map(({ role }) => (
        <option key={role} value={role}>
          {role}
        </option>
      ))}
    </select>
  )
}

function waysOf({ state, two_factor: code, passkeys }: UserFacts): string {
  const keys = passkeys === 1 ? 'a passkey' : `${passkeys} passkeys`
  const ways = [...(code ? ['password and code'] : []), ...(passkeys > 0 ? [keys] : [])]
  if (ways.length > 0) return ways.join(', ')
  return state === 'active' ? 'single sign-on' : 'invited, not enrolled yet'
}
