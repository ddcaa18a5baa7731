import { type ReactNode, useEffect, useState } from 'react'
import { Problem } from '../api.ts'
import { Icon, type IconName } from './icon.tsx'

/** Nothing is there yet: what to do first, with the command to copy. */
export function Empty({ title, children, command }: { title: string; children?: ReactNode; command?: string }) {
  return (
    <State icon="table" title={title}>
      {children}
      {command && <Command text={command} />}
    </State>
  )
}

/** It did not work: what, what is safe, what to do, and the rest in a fold. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = Problem.of(error)
  if (problem.status === 403) return <NoPermission problem={problem} />
  return (
    <State icon="failed" tone="bad" title={problem.detail}>
      {problem.todo && <p>{problem.todo}</p>}
      <p className="state-safe">Nothing was changed by looking.</p>
      {retry && (
        <button type="button" className="button" onClick={retry}>
          Try again
        </button>
      )}
      <details>
        <summary>Details</summary>
        <pre>{`${problem.status} ${problem.title}\n${problem.code ?? ''}\n${problem.place}`}</pre>
      </details>
    </State>
  )
}

/** What is asked for is there, and not for this user. */
export function NoPermission({ problem }: { problem: Problem }) {
  return (
    <State icon="lock" title="You may not see this.">
      <p>{problem.detail}</p>
      {problem.todo && <p>{problem.todo}</p>}
    </State>
  )
}

interface StateProps {
  icon: IconName
  tone?: 'bad'
  title: ReactNode
  children: ReactNode
}

function State({ icon, tone, title, children }: StateProps) {
  return (
    <section className="state" data-tone={tone} role={tone && 'alert'}>
      <Icon name={icon} size={28} />
      <h2>{title}</h2>
      {children}
    </section>
  )
}

/** A command line, with a button that copies it. */
export function Command({ text }: { text: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text)
    setCopied(true)
  }
  return (
    <div className="command">
      <code>{text}</code>
      <button type="button" className="button button-quiet" onClick={() => void copy()}>
        <Icon name={isCopied ? 'check' : 'copy'} size={16} />
        {isCopied ? 'Copied' : 'Copy'}
      </button>
    </div>
  )
}

const PATIENCE_MS = 200

/** The final shape in grey; for the first 200 ms only the room that it takes, so that what is quick does not flicker. */
export function Skeleton({ height, lines = 0, label = 'Loading' }: { height?: number; lines?: number; label?: string }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  const bars = Array.from({ length: lines }, (_, line) => <i key={line} className="skeleton-line" data-line={line % 4} />)
  return (
    <div className="skeleton" data-shown={isShown} style={{ height }} role="status" aria-label={label}>
      {bars}
    </div>
  )
}
