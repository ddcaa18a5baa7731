import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { mendWith } from '../../mending.ts'
import { LOGIN } from '../../pages.ts'
import { sessionQuery, useSession } from '../../session.ts'
import { go } from '../../url-state.ts'
import { CodeField, PasswordField, Refused, StepForm, useWork } from '../../design/form.tsx'
import { canPasskeys, confirmWithPassword, showPasskey } from './login.ts'
import './login.css'

/** Stands in the frame: asks who is there before a dangerous act, and shows the login where a session has ended. */
export function SessionKeeper() {
  const client = useQueryClient()
  const [answer, setAnswer] = useState<((isConfirmed: boolean) => void) | undefined>()
  useEffect(() => {
    const renew = async (): Promise<void> => void (await client.fetchQuery({ ...sessionQuery, staleTime: 0 }))
    mendWith({
      confirm: () => new Promise<boolean>((resolve) => setAnswer(() => resolve)),
      renew,
      signIn() {
        client.removeQueries({ queryKey: sessionQuery.queryKey })
        go(`${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`)
      },
    })
    return () => mendWith(undefined)
  }, [client])
  if (!answer) return null
  const say = (isConfirmed: boolean): void => {
    answer(isConfirmed)
    setAnswer(undefined)
  }
  return <ConfirmIdentity onDone={() => say(true)} onCancel={() => say(false)} />
}

/** Says again who one is: by password and code, or by a passkey. */
function ConfirmIdentity({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  const passkey = useWork()
  const { session } = useSession()
  useEffect(() => {
    const before = document.activeElement
    dialog.current?.showModal()
    // A dialog that is taken away, unlike one that is closed, does not give the focus back by itself.
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <dialog ref={dialog} className="confirm" aria-labelledby="confirm-title" onCancel={onCancel}>
      <h2 id="confirm-title">Is it you?</h2>
      <div className="confirm-body">
        <p className="login-lead">This act needs you to say again who you are. It holds for ten minutes.</p>
        <StepForm
          submit="Confirm"
          onSubmit={async ({ password = '', code = '' }) => {
            await confirmWithPassword(password, code)
            onDone()
          }}
        >
          <input type="text" autoComplete="username" value={session?.user?.email ?? ''} readOnly hidden />
          <PasswordField />
          <CodeField />
        </StepForm>
        {passkey.error !== undefined && <Refused error={passkey.error} />}
        <p className="login-aside">
          {canPasskeys() && (
            <button
              type="button"
              className="link"
              onClick={() => void passkey.run(() => showPasskey('/session/confirm/passkey').then(onDone))}
            >
              Use a passkey
            </button>
          )}
          {session?.factor === 'single_sign_on' && (
            <a className="link" href={`${LOGIN}?next=${encodeURIComponent(location.pathname + location.search)}`}>
              Sign in again
            </a>
          )}
          <button type="button" className="link" onClick={onCancel}>
            Leave it
          </button>
        </p>
      </div>
    </dialog>
  )
}
