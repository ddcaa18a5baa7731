import { BlotterError } from '../errors.ts'
import { snapshotOf, type Table, tableSchema } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { duckdbType } from '../model/sql-text.ts'
import type { Reader } from './reader.ts'

/** What can be written where in a statement: tables with their columns as of a batch, and functions. */
export interface Completions {
  batch_at: BatchAt
  tables: DescribedTable[]
  functions: { name: string; example: string }[]
}

interface DescribedTable {
  name: string
  doc: string
  /** `type` is the engine’s word for it. */
  columns: { name: string; type: string; doc?: string }[]
}

/** Tables stand in the order of `names`, those of other engines behind them. Throws `batch_missing`, `usage`. */
export async function completionsAt(reader: Reader, ref: string, names: readonly string[]): Promise<Completions> {
  const { view, batch } = await reader.resolve(ref)
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length)
  const readable = new Set(reader.queryTables(view, batch.batchAt).map(({ name }) => name))
  const tables = view.tables
    .filter(({ name }) => readable.has(name))
    .flatMap((table) => describedTable(table, batch.batchAt))
    .sort((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : 1))
  const functions = reader.functionsAt(view, batch.batchAt).map(({ name, example }) => ({ name, example }))
  return { batch_at: batch.batchAt, tables, functions }
}

/** Other engines’ tables may hold what Blotter does not read: those are not offered. */
function describedTable(table: Table, batchAt: BatchAt): DescribedTable[] {
  try {
    const { fields } = tableSchema(table, snapshotOf(table, batchAt))
    const columns = fields.map(({ name, type, doc }) => ({ name, type: duckdbType(type), ...(doc ? { doc } : {}) }))
    return [{ name: table.name, doc: table.metadata.properties['comment'] ?? '', columns }]
  } catch (error) {
    if (error instanceof BlotterError) return []
    throw error
  }
}
