import type { Value } from '../engine/engine.ts'

/**
 * Cells as a line of CSV (RFC 4180, lines ended by CRLF). A text that a spreadsheet would run as a formula gets an apostrophe
 * before it, which spreadsheets do not show (OWASP: CSV injection); numbers stay numbers.
 */
export function csvLine(cells: readonly Value[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

const FORMULA = /^[=+\-@\t\r]/
const SPECIAL = /[",\r\n]/

function csvCell(value: Value): string {
  if (value === null) return ''
  if (typeof value !== 'string') return typeof value === 'object' ? csvCell(JSON.stringify(value)) : String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return SPECIAL.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
