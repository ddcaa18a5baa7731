import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useState } from 'react'
import { Problem } from '../../api.ts'
import { Card } from '../../design/card.tsx'
import { Notice } from '../../design/notice.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'

interface PartProps {
  title: string
  lead?: ReactNode
  actions?: ReactNode
  children: ReactNode
}

/** One matter of the settings. */
export function Part({ title, lead, actions, children }: PartProps) {
  return (
    <Card className="settings-card">
      <header className="settings-head">
        <div>
          <h2>{title}</h2>
          {lead && <p className="caption">{lead}</p>}
        </div>
        {actions && <div className="settings-actions">{actions}</div>}
      </header>
      {children}
    </Card>
  )
}

/** What was read, or how it stands. */
export function Read<T>({ of, children }: { of: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  if (of.data !== undefined) return children(of.data)
  if (of.error) return <Failed error={of.error} retry={() => void of.refetch()} within="card" />
  return <Skeleton lines={3} />
}

/** Why a change was not made. */
export function NotDone({ error }: { error: unknown }) {
  if (!error) return null
  const { detail, todo } = Problem.of(error)
  return (
    <Notice tone="bad" title={detail}>
      {todo && <p>{todo}</p>}
    </Notice>
  )
}

interface SureProps {
  verb: string
  /** What will be after it. */
  does: string
  onYes: () => void
  isBusy?: boolean
}

/** An act that cannot be taken back is asked for twice, in its place. */
export function Sure({ verb, does, onYes, isBusy = false }: SureProps) {
  const [isAsking, setAsking] = useState(false)
  if (!isAsking)
    return (
      <button type="button" className="button button-quiet" disabled={isBusy} onClick={() => setAsking(true)}>
        {verb}
      </button>
    )
  return (
    <span className="settings-sure" role="group" aria-label={`${verb}?`}>
      <span className="caption">{does}</span>
      <button type="button" className="button" autoFocus onClick={() => (setAsking(false), onYes())}>
        {verb}
      </button>
      <button type="button" className="button button-quiet" onClick={() => setAsking(false)}>
        Leave it
      </button>
    </span>
  )
}

interface ListProps {
  caption: string
  heads: readonly string[]
  rows: readonly { key: string; cells: readonly ReactNode[]; isQuiet?: boolean }[]
}

/** A table that turns into blocks with the heads repeated where a window is narrow. */
export function List({ caption, heads, rows }: ListProps) {
  return (
    <table className="settings-list">
      <caption className="for-readers">{caption}</caption>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head === '' ? <span className="for-readers">Acts</span> : head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ key, cells, isQuiet }) => (
          <tr key={key} data-quiet={isQuiet}>
            {cells.map((cell, n) => (
              <td key={heads[n]} data-head={heads[n]}>
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
