import { Icon } from '../../design/icon.tsx'
import { Command } from '../../design/states.tsx'
import { CodeField, Field, PasswordField, Refused, StepForm, useWork } from '../../design/form.tsx'
import { beginSingleSignOn, canPasskeys, showCode, showPasskey, showPassword, showRecoveryCode } from './login.ts'

interface PasswordStepProps {
  signOn: { name: string } | null
  onCode: () => void
  onDone: () => Promise<void>
}

export function PasswordStep({ signOn, onCode, onDone }: PasswordStepProps) {
  const other = useWork()
  return (
    <>
      <h1>Sign in</h1>
      <StepForm
        submit="Continue"
        onSubmit={async ({ email = '', password = '' }) => {
          await showPassword(email, password)
          onCode()
        }}
      >
        <Field label="E-mail" name="email" type="email" autoComplete="username webauthn" autoFocus />
        <PasswordField />
      </StepForm>
      {(canPasskeys() || signOn) && <p className="login-or">or</p>}
      {other.error !== undefined && <Refused error={other.error} />}
      {canPasskeys() && (
        <button
          type="button"
          className="button form-submit"
          disabled={other.isBusy}
          onClick={() => void other.run(() => showPasskey('/session/passkey').then(onDone))}
        >
          <Icon name="lock" size={16} />
          Use a passkey
        </button>
      )}
      {signOn && (
        <button
          type="button"
          className="button form-submit"
          disabled={other.isBusy}
          onClick={() => void other.run(beginSingleSignOn)}
        >
          <Icon name="user" size={16} />
          {`Continue with ${signOn.name}`}
        </button>
      )}
    </>
  )
}

interface CodeStepProps {
  onDone: () => Promise<void>
  onBack: () => void
}

export function CodeStep({ onDone, onRecovery, onBack }: CodeStepProps & { onRecovery: () => void }) {
  return (
    <>
      <h1>Your code</h1>
      <p className="login-lead">The six digits that your authenticator app shows now.</p>
      <StepForm
        submit="Sign in"
        onSubmit={async ({ code = '' }) => {
          await showCode(code)
          await onDone()
        }}
        aside={
          <p className="login-aside">
            <button type="button" className="link" onClick={onRecovery}>
              The app is lost: use a recovery code
            </button>
            <button type="button" className="link" onClick={onBack}>
              Back
            </button>
          </p>
        }
      >
        <CodeField />
      </StepForm>
    </>
  )
}

export function RecoveryStep({ onDone, onBack }: CodeStepProps) {
  return (
    <>
      <h1>A recovery code</h1>
      <p className="login-lead">One of the ten that you were shown when you enrolled. Each is good once.</p>
      <StepForm
        submit="Sign in"
        onSubmit={async ({ code = '' }) => {
          await showRecoveryCode(code)
          await onDone()
        }}
        aside={
          <p className="login-aside">
            <button type="button" className="link" onClick={onBack}>
              Back
            </button>
          </p>
        }
      >
        <Field
          label="Recovery code"
          name="code"
          autoComplete="off"
          spellCheck={false}
          className="field form-code"
          autoFocus
        />
      </StepForm>
    </>
  )
}

/** Before the first user nothing but the link of the terminal lets in. */
export function NobodyYet() {
  return (
    <>
      <h1>Nobody can sign in yet</h1>
      <p className="login-lead">
        Open the link that <code>blotter serve</code> printed on its terminal. It is good once, for ten minutes; a new start
        prints a new one. From the command line it is:
      </p>
      <Command text="blotter user add you@example.org --role admin" />
    </>
  )
}
