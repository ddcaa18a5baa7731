import { type ComponentProps, type FormEvent, type ReactNode, useId, useState } from 'react'
import { Problem } from '../api.ts'
import { Notice } from './notice.tsx'
import { Refusal } from './refusal.tsx'

interface FieldProps extends ComponentProps<'input'> {
  label: string
  hint?: ReactNode
}

/** A field with its name above it, and what is to be known below. */
export function Field({ label, hint, ...input }: FieldProps) {
  const id = useId()
  return (
    <div className="form-field">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="field" aria-describedby={hint ? `${id}-hint` : undefined} required {...input} />
      {hint && (
        <p id={`${id}-hint`} className="caption">
          {hint}
        </p>
      )}
    </div>
  )
}

/** Six digits, as apps show them; phones offer them from messages and managers. */
export function CodeField({ hint }: { hint?: ReactNode }) {
  return (
    <Field
      label="Code"
      name="code"
      inputMode="numeric"
      autoComplete="one-time-code"
      pattern="[0-9 ]{6,7}"
      maxLength={7}
      className="field form-code"
      autoFocus
      hint={hint}
    />
  )
}

export function PasswordField({ isNew, label = 'Password', hint }: { isNew?: boolean; label?: string; hint?: ReactNode }) {
  const [isShown, setShown] = useState(false)
  return (
    <div className="form-password">
      <Field
        label={label}
        name="password"
        type={isShown ? 'text' : 'password'}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        minLength={isNew ? 12 : undefined}
        maxLength={128}
        hint={hint}
      />
      <button type="button" className="button button-quiet" aria-pressed={isShown} onClick={() => setShown(!isShown)}>
        {isShown ? 'Hide' : 'Show'}
      </button>
    </div>
  )
}

interface StepFormProps {
  submit: string
  /** Gets the fields by their names. */
  onSubmit: (given: Record<string, string>) => Promise<void>
  children: ReactNode
  /** Other ways. */
  aside?: ReactNode
  /** Fields stand beside each other where there is room. Default false. */
  isWide?: boolean
}

/** One step: its fields, one button, and what went wrong said above them. */
export function StepForm({ submit, onSubmit, children, aside, isWide = false }: StepFormProps) {
  const { error, isBusy, run } = useWork()
  const submitted = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const fields = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value)])
    const form = event.currentTarget
    const sent = run(() => onSubmit(Object.fromEntries(fields) as Record<string, string>))
    void sent.then((isDone) => isDone && form.reset())
  }
  return (
    <form className="form" data-wide={isWide} onSubmit={submitted}>
      {error !== undefined && <Refused error={error} />}
      {children}
      <button type="submit" className="button button-main form-submit" disabled={isBusy}>
        {isBusy ? 'One moment' : submit}
      </button>
      {aside}
    </form>
  )
}

/** Work that may be refused: whether it is under way, and what came of it. */
export function useWork(): { error: unknown; isBusy: boolean; run: (work: () => Promise<unknown>) => Promise<boolean> } {
  const [state, setState] = useState<{ error: unknown; isBusy: boolean }>({ error: undefined, isBusy: false })
  const run = async (work: () => Promise<unknown>): Promise<boolean> => {
    setState({ error: undefined, isBusy: true })
    try {
      await work()
      setState({ error: undefined, isBusy: false })
      return true
    } catch (error) {
      setState({ error, isBusy: false })
      return false
    }
  }
  return { ...state, run }
}

/** What went wrong with a login; browsers say in many ways that somebody closed their dialog. */
export function Refused({ error }: { error: unknown }) {
  if (error instanceof Problem) return <Refusal error={error} />
  return (
    <Notice tone="bad" title="No passkey was given.">
      <p>Try it again, or take another way.</p>
    </Notice>
  )
}
