import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask } from '../../api.ts'
import { CodeList } from '../../design/code-list.tsx'
import { Notice } from '../../design/notice.tsx'
import { counted } from '../../format.ts'
import { sessionQuery } from '../../session.ts'
import { Field, PasswordField, StepForm } from '../../design/form.tsx'
import { useSignOut } from '../login/sign-out.ts'
import { Part, Read } from './part.tsx'
import { type Account, accountQuery, useChange } from './settings.ts'

const ROLE_WORDS = {
  viewer: 'You look at pages and ask questions of the data.',
  operator: 'You also steer runs, and release what was quarantined.',
  admin: 'You also let others in, and give them their roles.',
}

/** Who one is, and what one signs in with. */
export function Profile() {
  const account = useQuery(accountQuery)
  return (
    <Read of={account}>
      {(you) => (
        <>
          <You you={you} />
          {you.has_password && <Password you={you} />}
        </>
      )}
    </Read>
  )
}

function You({ you }: { you: Account }) {
  const client = useQueryClient()
  const rename = useChange((name: string) => ask('/account', { method: 'PATCH', body: { name } }))
  const leave = useSignOut()
  return (
    <Part
      title={you.name}
      lead={`${you.email} · ${you.role}. ${ROLE_WORDS[you.role]}`}
      actions={
        <button type="button" className="button" onClick={() => void leave()}>
          Sign out
        </button>
      }
    >
      <details className="settings-fold">
        <summary>Change the name</summary>
        <StepForm
          submit="Save"
          onSubmit={async ({ name = '' }) => {
            await rename.mutateAsync(name)
            await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
          }}
        >
          <Field label="Name" name="name" autoComplete="name" defaultValue={you.name} maxLength={100} />
        </StepForm>
      </details>
    </Part>
  )
}

function Password({ you }: { you: Account }) {
  const [codes, setCodes] = useState<readonly string[]>()
  const [isChanged, setChanged] = useState(false)
  const change = useChange((password: string) => ask('/account/password', { method: 'PUT', body: { password } }))
  const renew = useChange((password: string) =>
    ask<{ recovery_codes: string[] }>('/account/recovery-codes', { method: 'POST', body: { password } }),
  )
  const left = you.recovery_codes_left
  return (
    <Part
      title="Password and code"
      lead={`A code of your app is asked for after the password. ${counted(left, 'recovery code is', 'recovery codes are')} left for when it is lost.`}
    >
      {left < 3 && <Notice tone="warn" title="Few recovery codes are left. Make new ones below." />}
      {isChanged && <Notice tone="ok" title="The password is changed; your other sessions have ended." />}
      {codes && (
        <Notice tone="ok" title="New recovery codes, shown this once. Those before are good no more.">
          <CodeList codes={codes} />
        </Notice>
      )}
      <div className="settings-folds">
        <details className="settings-fold">
          <summary>Change the password</summary>
          <StepForm
            submit="Change"
            onSubmit={async ({ password = '' }) => {
              await change.mutateAsync(password)
              setChanged(true)
            }}
          >
            <PasswordField isNew label="New password" hint="At least 12 characters. All other sessions end." />
          </StepForm>
        </details>
        <details className="settings-fold">
          <summary>Make new recovery codes</summary>
          <StepForm
            submit="Make ten new ones"
            onSubmit={async ({ password = '' }) => setCodes((await renew.mutateAsync(password)).recovery_codes)}
          >
            <PasswordField label="Your password" />
          </StepForm>
        </details>
      </div>
    </Part>
  )
}
