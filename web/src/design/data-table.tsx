import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useLayoutEffect } from 'react'
import { useWidth } from '../charts/use-width.ts'
import { layoutOf, type Sized } from './column-layout.ts'
import { Scroller } from './scroller.tsx'
import { useNarrow } from './use-narrow.ts'

export interface Column<Row> extends Sized {
  name: string
  label: string
  /** Figures stand at the right. */
  isFigure?: boolean
  cell: (row: Row) => ReactNode
  /** Where the rows can be sorted by it. */
  sort?: Sorting
}

export interface Sorting {
  /** Undefined where they are sorted by another column. */
  direction: 'ascending' | 'descending' | undefined
  toggle: () => void
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

const ROW_HEIGHT = { desk: 34, phone: 40 }
const OVERSCAN = 12
const SCROLLBAR_PX = 16

/**
 * A table of any length: only the rows in sight exist, and readers are told how long it is. It is one stop of the tabulator, which
 * would never come to its end; from there arrows scroll it, or walk its rows where these can be opened.
 */
export function DataTable<Row>({ label, columns, count, rowAt, onSight, onOpen, height = 520 }: DataTableProps<Row>) {
  const [box, width] = useWidth()
  const rowHeight = useNarrow(720) ? ROW_HEIGHT.phone : ROW_HEIGHT.desk
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  })
  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight])
  const items = virtual.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => {
    if (count > 0) onSight?.(first, last)
  }, [first, last, count, onSight])
  const order = columns.find(({ sort }) => sort?.direction)
  const orderName = `${order?.name} ${order?.sort?.direction}`
  // Who sorts wants to see what comes first.
  useEffect(() => void box.current?.scrollTo(0, 0), [box, orderName])
  useLayoutEffect(() => {
    for (const link of box.current?.querySelectorAll<HTMLElement>('.data-body :is(a, button)') ?? []) link.tabIndex = -1
  })
  const { columns: shown, template, minWidth, isPinned } = layoutOf(columns, width)
  const cellClass = (n: number): string => (isPinned && n === 0 ? 'data-cell pinned' : 'data-cell')
  const grid = { gridTemplateColumns: template, minWidth }
  // Rows are read across, which is hard over a gap: where no column grows, neither does the table.
  const isSnug = columns.every(({ grow }) => !grow)
  return (
    <Scroller
      frameClass="data-table"
      maxWidth={isSnug ? columns.reduce((sum, one) => sum + one.width, SCROLLBAR_PX) : undefined}
      box={box}
      role="table"
      aria-label={label}
      aria-rowcount={count + 1}
      tabIndex={0}
      style={{ maxHeight: height }}
      onKeyDown={walk}
    >
      <div role="rowgroup" className="data-head">
        <div role="row" className="data-row" style={grid} aria-rowindex={1}>
          {shown.map((column, n) => (
            <Head key={column.name} column={column} className={cellClass(n)} />
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
              style={{ ...grid, height: rowHeight, translate: `0 ${start}px` }}
              onClick={() => row !== undefined && onOpen?.(row)}
            >
              {shown.map(({ name, isFigure, cell }, n) => (
                <Cell key={name} className={cellClass(n)} isFigure={isFigure}>
                  {row === undefined ? <i className="skeleton-line" /> : cell(row)}
                </Cell>
              ))}
            </div>
          )
        })}
      </div>
    </Scroller>
  )
}

/** What is cut is shown whole on hover. */
function Cell({ className, isFigure, children }: { className: string; isFigure: boolean | undefined; children: ReactNode }) {
  const title = typeof children === 'string' ? children : undefined
  return (
    <div role="cell" className={className} data-figure={isFigure} title={title}>
      {children}
    </div>
  )
}

/** From a row to its neighbour; from the table, or its head, to the first row in sight. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const { currentTarget: table, target } = event
  const row = (target as HTMLElement).closest<HTMLElement>('.data-body .data-row')
  const head = table.querySelector('.data-head')!.getBoundingClientRect().bottom
  const next = row
    ? table.querySelector(`[aria-rowindex="${Number(row.ariaRowIndex) + step}"]`)
    : [...table.querySelectorAll('.data-body .data-row')].find((one) => one.getBoundingClientRect().top >= head - 1)
  const link = next?.querySelector<HTMLElement>('a, button')
  if (!link) return
  event.preventDefault()
  link.focus()
}

function Head<Row>({ column: { label, isFigure, sort }, className }: { column: Column<Row>; className: string }) {
  return (
    <div role="columnheader" className={className} data-figure={isFigure} aria-sort={sort && (sort.direction ?? 'none')}>
      {sort ? (
        <button type="button" className="data-sort" onClick={sort.toggle}>
          {label}{' '}
        </button>
      ) : (
        label
      )}
    </div>
  )
}
