import { createHash } from 'node:crypto'
import type { Row } from '../engine/engine.ts'
import { jsonEncoder } from './format/values.ts'
import type { ResultColumn } from './query.ts'

/** Digits of a floating-point number that count: the last ones of a sum depend on the order of adding. */
const DIGITS = 10

/**
 * A row as a line of canonical JSON (RFC 8785 as far as it says how values are written): the object that `--format ndjson`
 * prints, with floating-point numbers rounded to ten significant digits and in the order of the columns.
 */
export function canonicalRows(columns: readonly ResultColumn[]): (row: Row) => string {
  const fields = columns.map(({ name, type }) => ({ name, opening: `${JSON.stringify(name)}:`, encode: jsonEncoder(type) }))
  return (row) =>
    `{${fields.map(({ name, opening, encode }) => opening + JSON.stringify(rounded(encode(row[name] ?? null)))).join(',')}}`
}

function rounded(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : Number(value.toPrecision(DIGITS))
  if (Array.isArray(value)) return value.map(rounded)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, rounded(inner)]))
}

/**
 * The SHA-256 of a result: of its canonical lines, each ended by a line feed, in the order of their bytes. Whoever has the
 * result can compute it: `blotter query SQL --format ndjson | LC_ALL=C sort | sha256sum`, unless numbers were rounded.
 */
export function resultSha256(lines: readonly string[]): string {
  const hash = createHash('sha256')
  const encoded = lines.map((line) => Buffer.from(`${line}\n`)).sort(Buffer.compare)
  for (const line of encoded) hash.update(line)
  return hash.digest('hex')
}
