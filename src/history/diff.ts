import type { Row, Value } from '../engine/engine.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { ChangeCounts } from '../model/change.ts'
import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import { foldSql, type LedgerPart } from './fold.ts'
import { kindNames } from '../model/kinds.ts'

interface Queries {
  rows(sql: string): Promise<Row[]>
}

/** One incident's net change between two batches, or one entry of its life. */
export interface ToldChange {
  /** As a number where that is exact, else as text. */
  id: number | string
  kinds: string[]
  columns: string[]
  before: Record<string, Value> | null
  after: Record<string, Value> | null
}

export interface Diff {
  from: BatchAt
  to: BatchAt
  /** Incidents with any change, each once, without those that are only restamped. */
  incidents: number
  counts: ChangeCounts
  changes?: ToldChange[]
}

export interface DiffInput extends LedgerPart {
  engine: Queries
  definition: SourceDefinition
  raw: RawDefinition
  /** Incidents that are only restamped; known between neighbours alone. */
  restamped: number
  rows: boolean
}

/** What changed between two batches, folded from the ledger; `rows` asks for the incidents themselves, by ascending id. */
export async function diffBatches(input: DiffInput): Promise<Diff> {
  const { engine, definition, raw, from, to, restamped } = input
  // No count depends on a cursor.
  const folded = foldSql(definition, raw, input.rows ? input : { ...input, cursors: undefined })
  if (!input.rows) return { from, to, ...(await countChanges(engine, raw, folded, restamped)) }
  const found = await engine.rows(`SELECT * FROM (${folded}) ORDER BY key`)
  return { from, to, ...tally(raw, found, restamped), changes: found.map((row) => toldChange(definition, row, row['key'])) }
}

/** Counts what a SELECT of net changes holds: its incidents, and those of each kind. */
export async function countChanges(
  engine: Queries,
  raw: RawDefinition,
  folded: string,
  restamped: number,
): Promise<Pick<Diff, 'incidents' | 'counts'>> {
  // Incidents by their kinds together: few rows, and the ledger is folded once.
  return tally(raw, await engine.rows(`SELECT kinds, count(*) AS n FROM (${folded}) GROUP BY kinds`), restamped)
}

function tally(raw: RawDefinition, found: readonly Row[], restamped: number): Pick<Diff, 'incidents' | 'counts'> {
  const byKind = new Map<string, number>()
  const of = (row: Row): number => Number(row['n'] ?? 1)
  for (const row of found) for (const kind of row['kinds'] as string[]) byKind.set(kind, (byKind.get(kind) ?? 0) + of(row))
  if (restamped > 0) byKind.set('restamped', restamped)
  const counts = Object.fromEntries(kindNames(raw).flatMap((kind) => (byKind.has(kind) ? [[kind, byKind.get(kind)!]] : [])))
  return { incidents: found.reduce((sum, row) => sum + of(row), 0), counts }
}

/** Every entry of one incident in the ledger, oldest first. */
export async function lifeOf(
  engine: Queries,
  definition: SourceDefinition,
  ledger: string,
  key: bigint,
): Promise<(ToldChange & { batch_at: BatchAt })[]> {
  const rows = await engine.rows(`SELECT * FROM (${ledger}) WHERE ${identifier(definition.key)} = ${key} ORDER BY batch_at`)
  return rows.map((row) => ({ batch_at: batchName(row['batch_at']), ...toldChange(definition, row, row[definition.key]) }))
}

/** The engine's text of a `batch_at` as the batch's name. */
export function batchName(value: Value | undefined): BatchAt {
  return String(value).replace(' ', 'T').replace(/\+00$/, 'Z')
}

/** A row of net changes, or of the ledger, for JSON. */
export function toldChange(definition: SourceDefinition, row: Row, key: Value | undefined): ToldChange {
  const id = BigInt(key as bigint)
  return {
    id: Number.isSafeInteger(Number(id)) ? Number(id) : String(id),
    kinds: row['kinds'] as string[],
    columns: row['columns'] as string[],
    before: toldIncident(definition, row['before']),
    after: toldIncident(definition, row['after']),
  }
}

/** An incident for JSON: numbers where they are exact, times as ISO 8601 has them, as in the results of queries. */
export function toldIncident(definition: SourceDefinition, value: Value | undefined): Record<string, Value> | null {
  if (value === null || value === undefined) return null
  const times = new Set(definition.columns.filter(({ type }) => type.startsWith('timestamp')).map(({ name }) => name))
  const told = (name: string, inner: Value): Value =>
    times.has(name) && typeof inner === 'string' ? inner.replace(' ', 'T') : exact(inner)
  const entries = Object.entries(value as Record<string, Value>)
  return Object.fromEntries(entries.map(([name, inner]) => [name, told(name, inner)]))
}

function exact(value: Value): Value {
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}
