import type { ReactNode } from 'react'
import { Scroller } from './scroller.tsx'

interface Head {
  label: string
  /** Figures stand at the right. */
  isFigure?: boolean
}

interface TableProps {
  caption: string
  className?: string
  /** A column without a name holds what can be done. */
  heads: readonly (string | Head)[]
  rows: readonly { key: string; cells: readonly ReactNode[]; isQuiet?: boolean }[]
  /** What becomes of rows in a narrow window: they scroll below a first column that stays, or each turns into a block. Default `scroll`. */
  narrow?: 'scroll' | 'blocks'
}

/** A table short enough to be there as a whole. */
export function Table({ caption, className = '', heads, rows, narrow = 'scroll' }: TableProps) {
  const columns = heads.map((head): Head => (typeof head === 'string' ? { label: head } : head))
  return (
    <Scroller role="region" aria-label={caption}>
      <table className={`table ${className}`} data-narrow={narrow}>
        <caption className="for-readers">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label, isFigure }, n) => (
              <th key={label} scope="col" data-figure={isFigure} className={n === 0 ? 'pinned' : undefined}>
                {label === '' ? <span className="for-readers">Acts</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells, isQuiet }) => (
            <tr key={key} data-quiet={isQuiet}>
              {cells.map((cell, n) => (
                <td
                  key={columns[n]!.label}
                  data-head={columns[n]!.label}
                  data-figure={columns[n]!.isFigure}
                  className={n === 0 ? 'pinned' : undefined}
                >
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroller>
  )
}
