import type { Row } from '../../engine/engine.ts'
import type { ResultColumn } from '../query.ts'
import { cellText, jsonValue } from './values.ts'

type Rows = AsyncIterable<Row[]>

/** One array of objects, a row a line; `[]` where there is no row. */
export async function* jsonText(columns: readonly ResultColumn[], rows: Rows): AsyncGenerator<string> {
  let opening = '[\n'
  for await (const chunk of rows) {
    if (chunk.length === 0) continue
    yield opening + chunk.map((row) => `  ${objectText(columns, row)}`).join(',\n')
    opening = ',\n'
  }
  yield opening === ',\n' ? '\n]\n' : '[]\n'
}

/** One object a line (https://github.com/ndjson/ndjson-spec). */
export async function* ndjsonText(columns: readonly ResultColumn[], rows: Rows): AsyncGenerator<string> {
  for await (const chunk of rows) yield chunk.map((row) => `${objectText(columns, row)}\n`).join('')
}

/**
 * RFC 4180, with a header and CRLF. NULL is an empty field, the empty text is a quoted one (`""`), so that both come
 * back as they were from readers that tell them apart.
 */
export async function* csvText(columns: readonly ResultColumn[], rows: Rows): AsyncGenerator<string> {
  yield `${columns.map((column) => csvField(column.name)).join(',')}\r\n`
  for await (const chunk of rows) {
    yield chunk.map((row) => `${columns.map((c) => csvField(cellText(row[c.name] ?? null, c.type))).join(',')}\r\n`).join('')
  }
}

function csvField(text: string | null): string {
  if (text === null) return ''
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Built by hand, as an object would put columns with whole numbers for names first. */
function objectText(columns: readonly ResultColumn[], row: Row): string {
  const fields = columns.map((c) => `${JSON.stringify(c.name)}:${JSON.stringify(jsonValue(row[c.name] ?? null, c.type))}`)
  return `{${fields.join(',')}}`
}
