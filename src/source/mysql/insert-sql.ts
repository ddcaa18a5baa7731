import { quoted } from './describe.ts'

/**
 * INSERT statements that put rows into a table or make those with the same key equal to them, each at most about
 * `charactersMax` long. Literals are right for a session without NO_BACKSLASH_ESCAPES.
 */
export function* upsertSql(
  table: string,
  names: readonly string[],
  columns: readonly (readonly unknown[])[],
  charactersMax: number,
): Generator<{ sql: string; rows: number }> {
  const head = `INSERT INTO ${table} (${names.map(quoted).join(', ')}) VALUES `
  const tail = ` ON DUPLICATE KEY UPDATE ${names.map((name) => `${quoted(name)} = VALUES(${quoted(name)})`).join(', ')}`
  const rows = columns[0]?.length ?? 0
  let tuples: string[] = []
  let length = 0
  for (let row = 0; row < rows; row++) {
    const tuple = `(${columns.map((column) => sqlLiteral(column[row])).join(',')})`
    tuples.push(tuple)
    length += tuple.length
    if (length < charactersMax && row + 1 < rows) continue
    yield { sql: head + tuples.join(',') + tail, rows: tuples.length }
    tuples = []
    length = 0
  }
}

function sqlLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'boolean') return value ? '1' : '0'
  // An exponent makes it a double: without one MySQL would compute with a decimal first.
  if (typeof value === 'number') return Number.isInteger(value) || String(value).includes('e') ? String(value) : `${value}e0`
  if (typeof value === 'bigint') return String(value)
  return `'${String(value).replace(/[\\'\0]/g, (character) => (character === '\0' ? '\\0' : `\\${character}`))}'`
}

/**
 * How many rows an upsert inserted and updated: MySQL counts an inserted row once, an updated one twice, an equal one not
 * at all, and tells the updated ones as duplicates where it was given more than one row.
 */
export function upsertCounts(rows: number, affectedRows: number, info: string): UpsertCounts {
  const told = /Duplicates: (\d+)/.exec(info)?.[1]
  const updated = told === undefined ? Number(affectedRows === 2) : Number(told)
  const inserted = affectedRows - 2 * updated
  return { inserted, updated, unchanged: rows - inserted - updated }
}

export interface UpsertCounts {
  inserted: number
  updated: number
  unchanged: number
}
