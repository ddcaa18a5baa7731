import { useEffect, useState } from 'react'
import { CodeList } from '../../design/code-list.tsx'
import { CodeField, Field, PasswordField, StepForm } from '../../design/form.tsx'
import { enrolCode, enrolPassword, type LinkFound, type SecondFactor } from './login.ts'

/** The first step after a link: who, and a password. */
export function EnrolPassword({ found, onMade }: { found: LinkFound; onMade: (made: SecondFactor) => void }) {
  const isFirst = found.kind === 'first_user'
  const isNew = found.password === 'new'
  return (
    <>
      <Progress step={1} />
      <h1>{isFirst ? 'The first user' : `Welcome, ${found.name ?? found.email ?? ''}`}</h1>
      <p className="login-lead">
        {isFirst
          ? 'You will be an admin: you let others in, and give them their roles.'
          : isNew
            ? 'Choose a password. Then a second factor is set up.'
            : 'Give your password. Then a new second factor is set up.'}
      </p>
      <StepForm
        submit="Continue"
        onSubmit={async ({ password = '', email, name }) =>
          onMade(await enrolPassword({ password, ...(email && { email }), ...(name && { name }) }))
        }
      >
        {isFirst ? (
          <>
            <Field label="Name" name="name" autoComplete="name" maxLength={100} autoFocus />
            <Field label="E-mail" name="email" type="email" autoComplete="username" />
          </>
        ) : (
          <input type="hidden" autoComplete="username" value={found.email ?? ''} readOnly />
        )}
        <PasswordField
          isNew={isNew}
          hint={isNew ? 'At least 12 characters. Four or five words that do not belong together are good.' : undefined}
        />
      </StepForm>
    </>
  )
}

/** The second: the app learns the secret, and proves it. */
export function EnrolFactor({ made, onCodes }: { made: SecondFactor; onCodes: (codes: readonly string[]) => void }) {
  const picture = usePicture(made.qr_svg)
  return (
    <>
      <Progress step={2} />
      <h1>A second factor</h1>
      <p className="login-lead">Scan this with an authenticator app, then give the code that it shows.</p>
      <div className="login-qr">
        {picture && <img src={picture} alt="QR code of the secret below" width={176} height={176} />}
      </div>
      <details className="login-secret">
        <summary>It cannot be scanned: type it</summary>
        <code>{made.secret.replaceAll(/(.{4})/g, '$1 ').trim()}</code>
      </details>
      <StepForm submit="Continue" onSubmit={async ({ code = '' }) => onCodes((await enrolCode(code)).recovery_codes)}>
        <CodeField />
      </StepForm>
    </>
  )
}

/** The third: what helps when the phone is gone, shown this once. */
export function RecoveryCodes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const [isKept, setKept] = useState(false)
  return (
    <>
      <Progress step={3} />
      <h1>Recovery codes</h1>
      <p className="login-lead">
        Each lets you in once without the app. Keep them where you keep keys; they are shown this once.
      </p>
      <CodeList codes={codes} />
      <label className="form-check">
        <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.target.checked)} />I have kept them
      </label>
      <button type="button" className="button button-main form-submit" disabled={!isKept} onClick={onDone}>
        To the dashboard
      </button>
    </>
  )
}

function Progress({ step }: { step: 1 | 2 | 3 }) {
  return <p className="caption login-progress">{`Step ${step} of 3`}</p>
}

/** As a picture of its own, so that no markup of another's becomes part of the page. */
function usePicture(svg: string): string | undefined {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
    setAddress(made)
    return () => URL.revokeObjectURL(made)
  }, [svg])
  return address
}
