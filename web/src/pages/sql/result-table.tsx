import { useMemo } from 'react'
import { sizeOfTexts, WIDEST_PX } from '../../design/column-layout.ts'
import { type Column, DataTable } from '../../design/data-table.tsx'
import { textWidth } from '../../design/text-width.ts'
import { count } from '../../format.ts'
import { cellText, isNumber } from './values.ts'
import type { QueryResult, ResultColumn } from './query.ts'

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
  const widths = rows.slice(0, SAMPLE).map((row) => textWidth(cellText(row[at], type) ?? 'null'))
  const { width, least } = sizeOfTexts(Math.max(textWidth(name), ...widths))
  return {
    name: `${at} ${name}`,
    label: name,
    width,
    // A figure is never cut.
    least: isNumber(type) ? width : least,
    // Only what does not fit takes what is left: rows are read across, and that is hard over a gap.
    grow: width === WIDEST_PX ? 1 : 0,
    isFigure: isNumber(type),
    cell: (row) => cellText(row[at], type) ?? <i className="null">null</i>,
  }
}
