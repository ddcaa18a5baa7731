import { type KeyboardEvent, useState } from 'react'

interface SureProps {
  verb: string
  /** What the second button says. */
  yes: string
  /** What will be after it. */
  does: string
  onYes: () => void
  isBusy?: boolean
  /** Default false: a button with a border. */
  isQuiet?: boolean
}

/** An act that cannot be taken back is asked for twice, in its place; who leaves it stands where they were. */
export function Sure({ verb, yes, does, onYes, isBusy = false, isQuiet = false }: SureProps) {
  const [state, setState] = useState<'still' | 'asking' | 'left'>('still')
  if (state !== 'asking')
    return (
      <button
        type="button"
        className={isQuiet ? 'button button-quiet' : 'button'}
        disabled={isBusy}
        autoFocus={state === 'left'}
        onClick={() => setState('asking')}
      >
        {verb}
      </button>
    )
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setState('left')
  }
  return (
    <span className="sure" role="group" aria-label={`${verb}?`} onKeyDown={leave}>
      <span>{does}</span>
      <button type="button" className="button button-main" autoFocus onClick={() => (setState('left'), onYes())}>
        {yes}
      </button>
      <button type="button" className="button button-quiet" onClick={() => setState('left')}>
        Leave it
      </button>
    </span>
  )
}
