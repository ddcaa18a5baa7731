import type { ReactNode } from 'react'

interface PlainTableProps {
  caption: string
  className?: string
  heads: readonly { label: string; isFigure?: boolean }[]
  rows: readonly { key: string; cells: readonly ReactNode[] }[]
}

/** A table short enough to be there as a whole; it scrolls sideways where it is wide. */
export function PlainTable({ caption, className = '', heads, rows }: PlainTableProps) {
  return (
    <div className={`plain-table ${className}`} tabIndex={0} role="region" aria-label={caption}>
      <table>
        <caption className="for-readers">{caption}</caption>
        <thead>
          <tr>
            {heads.map(({ label, isFigure }) => (
              <th key={label} scope="col" data-figure={isFigure}>
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, n) => (
                <td key={heads[n]!.label} data-figure={heads[n]!.isFigure}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
