import type { Row } from '../../engine/engine.ts'
import type { ResultColumn } from '../query.ts'
import { cellEncoder } from './values.ts'
import { cutTo, displayWidth, padTo, printable } from './width.ts'

export interface TableOptions {
  /** Columns of the terminal; undefined cuts nothing. */
  width: number | undefined
  /** Rows shown at most. */
  limit: number
  /** Dims what is not data. Default: leaves it as it is. */
  dim?: (text: string) => string
}

export interface TableText {
  lines: string[]
  /** What was left out, for people; empty if nothing was. */
  notices: string[]
}

const NULL = '∅'
const GAP = '  '
/** No text is cut below this; figures and times are not cut at all, as half of one says something else. */
const NARROWEST = 12
const NUMBER = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL|DOUBLE|FLOAT|REAL|BIGNUM)/

/** Rows as aligned columns: numbers to the right, NULL as ∅, what is too wide cut; reads no more rows than it shows. */
export async function tableText(
  columns: readonly ResultColumn[],
  rows: AsyncIterable<Row[]>,
  { width, limit, dim = (text) => text }: TableOptions,
): Promise<TableText> {
  const { cells, more } = await collect(columns, rows, limit)
  const natural = columns.map((column, i) =>
    cells.reduce((most, row) => Math.max(most, displayWidth(row[i] ?? NULL)), displayWidth(printable(column.name))),
  )
  const widths = fit(natural, columns.map(isText), width)
  const shown = columns.slice(0, widths.length)
  const line = (texts: readonly (string | null)[], style: (text: string) => string): string =>
    shown
      .map((column, i) => {
        const side = NUMBER.test(column.type) && !column.type.endsWith(']') ? 'right' : 'left'
        const text = texts[i] ?? null
        const cell = padTo(cutTo(text ?? NULL, widths[i]!), widths[i]!, side)
        return text === null ? dim(cell) : style(cell)
      })
      .join(GAP)
      .trimEnd()
  const plain = (text: string): string => text
  const rule = dim(widths.map((w) => '─'.repeat(w)).join(GAP))
  const names = columns.map((column) => printable(column.name))
  return {
    lines: [line(names, plain), rule, ...cells.map((row) => line(row, plain))],
    notices: noticesOf(columns, shown.length, cells.length, more),
  }
}

async function collect(
  columns: readonly ResultColumn[],
  rows: AsyncIterable<Row[]>,
  limit: number,
): Promise<{ cells: (string | null)[][]; more: boolean }> {
  const fields = columns.map(({ name, type }) => ({ name, encode: cellEncoder(type), isTime: type.startsWith('TIMESTAMP') }))
  const cells: (string | null)[][] = []
  for await (const chunk of rows) {
    for (const row of chunk) {
      if (cells.length === limit) return { cells, more: true }
      cells.push(
        fields.map(({ name, encode, isTime }) => {
          const text = encode(row[name] ?? null)
          if (text === null) return null
          return printable(isTime ? text.replace('T', ' ') : text)
        }),
      )
    }
  }
  return { cells, more: false }
}

function isText({ type }: ResultColumn): boolean {
  return !NUMBER.test(type) && !/^(?:TIME|DATE|BOOLEAN|UUID)/.test(type)
}

/** Widths of the columns that fit: the widest texts are cut first, then columns are left out from the right. */
function fit(natural: readonly number[], cuttable: readonly boolean[], width: number | undefined): number[] {
  if (width === undefined) return [...natural]
  const total = (count: number, cap: number): number =>
    natural.slice(0, count).reduce((sum, w, i) => sum + (cuttable[i] ? Math.min(w, cap) : w), GAP.length * (count - 1))
  let count = natural.length
  while (count > 1 && total(count, NARROWEST) > width) count--
  let cap = Math.max(...natural, NARROWEST)
  while (cap > NARROWEST && total(count, cap) > width) cap--
  return natural.slice(0, count).map((w, i) => Math.min(cuttable[i] ? cap : w, w, Math.max(1, width)))
}

function noticesOf(columns: readonly ResultColumn[], shown: number, rows: number, more: boolean): string[] {
  const notices = []
  if (more)
    notices.push(`The first ${rows} rows; there are more. \`--limit N\` shows N, \`--format csv\` or json gives all.`)
  if (shown < columns.length) {
    const hidden = columns.slice(shown).map((column) => printable(column.name))
    const [one] = hidden
    const which = hidden.length === 1 ? `The column ${one} does` : `${hidden.length} columns do`
    const named = hidden.length === 1 ? '' : `: ${cutTo(hidden.join(', '), 200)}`
    notices.push(`${which} not fit${named}. Name those wanted, or use \`--format json\`.`)
  }
  return notices
}
