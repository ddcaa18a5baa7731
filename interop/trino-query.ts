import type { SqlTable } from '../src/model/pipeline.ts'
import type { PrimitiveType } from '../src/model/schema.ts'
import { identifier, literal } from '../src/model/sql-text.ts'
import { fillIn, type SqlParameters } from '../src/transform/render.ts'

/** A reference table of a pipeline as it is read: names of its columns, and its rows, all texts. */
export interface ReferenceRows {
  columns: readonly string[]
  rows: readonly (readonly (string | null)[])[]
}

const TYPES: Readonly<Record<PrimitiveType, string>> = {
  boolean: 'boolean',
  int: 'integer',
  long: 'bigint',
  double: 'double',
  string: 'varchar',
  date: 'date',
  timestamp: 'timestamp(6)',
  timestamptz: 'timestamp(6) with time zone',
}

/**
 * A table's SQL for Trino and Athena, over the tables of one catalog: the same text with its parameters filled in, reference
 * tables written out, and columns cast to what the table declares.
 */
export function trinoQuery(
  { sql, columns }: SqlTable,
  { batchAt, processedAt }: SqlParameters,
  references: Readonly<Record<string, ReferenceRows>>,
): string {
  const instant = (text: string): string => `timestamp ${literal(text.replace('T', ' ').replace('Z', ' UTC'))}`
  const filled = fillIn(sql, { batch_at: instant(batchAt), processed_at: instant(processedAt) })
  const written = Object.entries(references).reduce(
    (text, [name, rows]) => text.replaceAll(new RegExp(`\\b${name.replace('.', '\\.')}\\b`, 'g'), valuesOf(rows)),
    filled,
  )
  const casts = columns.map(({ name, type }) => `CAST(${identifier(name)} AS ${TYPES[type]}) AS ${identifier(name)}`)
  return `SELECT ${casts.join(', ')} FROM (\n${written.trim()}\n)`
}

function valuesOf({ columns, rows }: ReferenceRows): string {
  const texts = rows.map((row) => `(${row.map((value) => (value === null ? 'NULL' : literal(value))).join(', ')})`)
  return `(SELECT * FROM (VALUES ${texts.join(', ')}) AS v (${columns.map(identifier).join(', ')}))`
}
