import { type ReactNode, useEffect, useState } from 'react'
import { Problem } from '../api.ts'
import { Icon, type IconName } from './icon.tsx'
import { Prose } from './prose.tsx'

/** A state that takes the place of a page bears its heading; one within a card stands below it. */
type Within = 'page' | 'card' | undefined

interface EmptyProps {
  title: string
  children?: ReactNode
  command?: string
  /** Default `page`. */
  within?: Within
}

/** Nothing is there yet: what to do first, with the command to copy. */
export function Empty({ title, children, command, within }: EmptyProps) {
  return (
    <State icon="table" title={title} within={within}>
      {children}
      {command && <Command text={command} />}
    </State>
  )
}

/** It did not work: what, what is safe, what to do, and the rest in a fold. */
export function Failed({ error, retry, within }: { error: unknown; retry?: () => void; within?: Within }) {
  const problem = Problem.of(error)
  if (problem.status === 403) return <NoPermission problem={problem} within={within} />
  return (
    <State icon="failed" tone="bad" title={<Prose text={problem.detail} />} within={within}>
      {problem.todo && (
        <p>
          <Prose text={problem.todo} />
        </p>
      )}
      <p>Nothing was changed by looking.</p>
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
function NoPermission({ problem, within }: { problem: Problem; within?: Within }) {
  return (
    <State icon="lock" title="You may not see this." within={within}>
      <p>
        <Prose text={problem.detail} />
      </p>
      {problem.todo && (
        <p>
          <Prose text={problem.todo} />
        </p>
      )}
    </State>
  )
}

interface StateProps {
  icon: IconName
  tone?: 'bad'
  title: ReactNode
  within?: Within
  children: ReactNode
}

function State({ icon, tone, title, within = 'page', children }: StateProps) {
  const Heading = within === 'page' ? 'h1' : 'h2'
  return (
    <section className="state" data-tone={tone} role={tone && 'alert'}>
      <Icon name={icon} size={28} />
      <Heading>{title}</Heading>
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
      <code tabIndex={0}>{text}</code>
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
