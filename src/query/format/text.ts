import type { Row, Value } from '../../engine/engine.ts'
import type { ResultColumn } from '../query.ts'
import { cellEncoder, jsonEncoder } from './values.ts'

type Rows = AsyncIterable<Row[]>

/** One array of objects, a row a line; `[]` where there is no row. */
export async function* jsonText(columns: readonly ResultColumn[], rows: Rows): AsyncGenerator<string> {
  const objectText = objectEncoder(columns)
  let opening = '[\n'
  for await (const chunk of rows) {
    if (chunk.length === 0) continue
    yield opening + chunk.map((row) => `  ${objectText(row)}`).join(',\n')
    opening = ',\n'
  }
  yield opening === ',\n' ? '\n]\n' : '[]\n'
}

/** One object a line (https://github.com/ndjson/ndjson-spec). */
export async function* ndjsonText(columns: readonly ResultColumn[], rows: Rows): AsyncGenerator<string> {
  const objectText = objectEncoder(columns)
  for await (const chunk of rows) yield chunk.map((row) => `${objectText(row)}\n`).join('')
}

export interface CsvOptions {
  /**
   * Puts a `'` before texts that a spreadsheet would run as a formula: those that begin with `=`, `+`, `-`, `@`, a tab or a
   * line's end (OWASP, CSV Injection). Numbers and times stay as they are. Default: false.
   */
  forSheets?: boolean
}

/**
 * RFC 4180, with a header and CRLF. NULL is an empty field, the empty text is a quoted one (`""`), so that both come
 * back as they were from readers that tell them apart.
 */
export async function* csvText(
  columns: readonly ResultColumn[],
  rows: Rows,
  { forSheets = false }: CsvOptions = {},
): AsyncGenerator<string> {
  const fields = columns.map(({ name, type }) => ({
    name,
    encode: forSheets && !PLAIN_TYPE.test(type) ? defused(cellEncoder(type)) : cellEncoder(type),
  }))
  const names = columns.map(({ name }) => csvField(forSheets ? defusedText(name) : name))
  yield `${names.join(',')}\r\n`
  for await (const chunk of rows) {
    yield chunk
      .map((row) => `${fields.map(({ name, encode }) => csvField(encode(row[name] ?? null))).join(',')}\r\n`)
      .join('')
  }
}

/** Columns whose values are never a formula, though a number may begin with `-`. */
const PLAIN_TYPE = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DECIMAL\(.*\)|DOUBLE|FLOAT|BIGNUM|BOOLEAN|DATE|TIME.*)$/

function defused(encode: (value: Value) => string | null): (value: Value) => string | null {
  return (value) => {
    const text = encode(value)
    return text === null ? null : defusedText(text)
  }
}

function defusedText(text: string): string {
  return /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text
}

function csvField(text: string | null): string {
  if (text === null) return ''
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Objects are built by hand, as one of JavaScript's would put columns with whole numbers for names first. */
function objectEncoder(columns: readonly ResultColumn[]): (row: Row) => string {
  const fields = columns.map(({ name, type }, i) => ({
    name,
    opening: `${i === 0 ? '{' : ','}${JSON.stringify(name)}:`,
    encode: jsonEncoder(type),
  }))
  return (row) => {
    let text = ''
    for (const { name, opening, encode } of fields) text += opening + JSON.stringify(encode(row[name] ?? null))
    return `${text}}`
  }
}
