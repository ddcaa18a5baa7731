import { useVirtualizer } from '@tanstack/react-virtual'
import { type ReactNode, useEffect, useRef } from 'react'

export interface Column<Row> {
  name: string
  label: string
  /** At least, in pixels; what is left is shared out by `grow`. */
  width: number
  /** Default 0: the column keeps its width. */
  grow?: number
  /** Figures stand at the right. */
  isFigure?: boolean
  cell: (row: Row) => ReactNode
  /** Sorting by it, where the rows can be sorted. */
  sort?: { direction: 'ascending' | 'descending' | undefined; toggle: () => void }
}

interface DataTableProps<Row> {
  label: string
  columns: readonly Column<Row>[]
  count: number
  /** Undefined while it is being loaded; the place is kept. */
  rowAt: (index: number) => Row | undefined
  /** Called with the rows that are in sight, for loading them. */
  onSight?: (first: number, last: number) => void
  onOpen?: (row: Row) => void
  height?: number
}

const ROW_HEIGHT = 34
const OVERSCAN = 12

/** A table of any length: only the rows in sight exist. Arrows scroll it, and readers are told how long it is. */
export function DataTable<Row>({ label, columns, count, rowAt, onSight, onOpen, height = 520 }: DataTableProps<Row>) {
  const box = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: OVERSCAN,
  })
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => {
    if (count > 0) onSight?.(first, last)
  }, [first, last, count, onSight])
  const template = {
    gridTemplateColumns: columns.map(({ width, grow }) => (grow ? `minmax(${width}px, ${grow}fr)` : `${width}px`)).join(' '),
    minWidth: columns.reduce((sum, { width }) => sum + width, 0),
  }
  return (
    <div
      className="data-table"
      ref={box}
      role="table"
      aria-label={label}
      aria-rowcount={count + 1}
      tabIndex={0}
      style={{ maxHeight: height }}
    >
      <div role="rowgroup" className="data-head">
        <div role="row" className="data-row" style={template} aria-rowindex={1}>
          {columns.map((column) => (
            <Head key={column.name} column={column} />
          ))}
        </div>
      </div>
      <div role="rowgroup" className="data-body" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => {
          const row = rowAt(index)
          return (
            <div
              key={index}
              role="row"
              className="data-row"
              data-open={onOpen !== undefined}
              aria-rowindex={index + 2}
              style={{ ...template, height: ROW_HEIGHT, translate: `0 ${start}px` }}
              onClick={() => row !== undefined && onOpen?.(row)}
            >
              {columns.map(({ name, isFigure, cell }) => (
                <div key={name} role="cell" className="data-cell" data-figure={isFigure}>
                  {row === undefined ? <i className="skeleton-line" /> : cell(row)}
                </div>
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function Head<Row>({ column: { label, isFigure, sort } }: { column: Column<Row> }) {
  const arrow = sort?.direction === 'ascending' ? '↑' : sort?.direction === 'descending' ? '↓' : ''
  return (
    <div role="columnheader" className="data-cell" data-figure={isFigure} aria-sort={sort && (sort.direction ?? 'none')}>
      {sort ? (
        <button type="button" className="data-sort" onClick={sort.toggle}>
          {label} <span aria-hidden="true">{arrow}</span>
        </button>
      ) : (
        label
      )}
    </div>
  )
}
