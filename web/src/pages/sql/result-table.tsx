import { useMemo } from 'react'
import { type Column, DataTable } from '../../design/data-table.tsx'
import { count } from '../../format.ts'
import { cellText, isNumber } from './values.ts'
import type { QueryResult, ResultColumn } from './query.ts'

const CHARACTER_PX = 7.9
const PADDING_PX = 28
const WIDTHS = { least: 72, most: 360 }
const CUT = 0.6
/** Rows looked at for how wide a column is. */
const SAMPLE = 200

/** The rows of a result; NULL is told from an empty text. */
export function ResultTable({ result }: { result: QueryResult }) {
  const { columns, rows } = result
  const shown = useMemo(() => columns.map((column, at) => columnOf(column, at, rows)), [columns, rows])
  return (
    <DataTable
      label={`Result: ${count(rows.length)} rows, ${columns.length} columns`}
      columns={shown}
      count={rows.length}
      rowAt={(index) => rows[index]}
      height={560}
    />
  )
}

function columnOf({ name, type }: ResultColumn, at: number, rows: QueryResult['rows']): Column<unknown[]> {
  const lengths = rows.slice(0, SAMPLE).map((row) => cellText(row[at], type)?.length ?? 4)
  const characters = Math.max(name.length, ...lengths)
  const width = Math.round(Math.min(WIDTHS.most, Math.max(WIDTHS.least, characters * CHARACTER_PX + PADDING_PX)))
  return {
    name: `${at} ${name}`,
    label: name,
    width,
    // A text may be cut a little where all of the row is in sight then; a figure never is.
    least: isNumber(type) ? width : Math.max(WIDTHS.least, Math.round(width * CUT)),
    // Only what does not fit takes what is left: rows are read across, and that is hard over a gap.
    grow: characters * CHARACTER_PX + PADDING_PX > WIDTHS.most ? 1 : 0,
    isFigure: isNumber(type),
    cell: (row) => cellText(row[at], type) ?? <i className="null">null</i>,
  }
}
