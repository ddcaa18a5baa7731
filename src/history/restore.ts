import type { Row, WrittenFile } from '../engine/engine.ts'
import { liveFilesOf, type Scan } from '../lake/read/plan.ts'
import { scanSql } from '../lake/read/read.ts'
import type { DataFile } from '../lake/format/data-file.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { SourceDefinition } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { matchesSql } from './condition.ts'

/** What is brought back: a table, or incidents of the raw table, as of a batch. */
export interface Restore {
  table: string
  batch: BatchAt
  /** A condition that `readCondition` let pass; null for all incidents. */
  where: string | null
}

/** Summary of the snapshot of `history.batches` that a restore makes: the restore, as JSON. */
export const RESTORE = 'blotter.restore'

/** How a restore is named where a run names its source. */
export function restoreName({ table, batch, where }: Restore): string {
  return `restore:${batch} ${table}${where === null ? '' : ` where ${where.replaceAll(/\s+/g, ' ')}`}`
}

interface RestoringEngine {
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Row[]>
  writeParquet(select: string, path: string): Promise<WrittenFile>
}

export interface RestoreInput {
  engine: RestoringEngine
  definition: SourceDefinition
  /** The raw table as it was and as it is. */
  before: Scan
  current: Scan
  where: string | null
  /** Where the rows of old and the keys of what was not there are written. */
  good: string
  vanished: string
}

export interface RestoreRows {
  /** Incidents that match as they were or as they are. */
  incidents: number
  /** Rows of old of these. */
  read: number
  /** Those that may differ from what is there; the others are the same versions. */
  differing: number
  /** Parquet files: rows of old that may differ, and keys (column `key`) of incidents that were not there. */
  good: string
  vanished: string
}

/**
 * Finds what a restore has to bring back. An incident's version is known by the batch that brought it, so that only versions
 * that are others are read as a whole.
 */
export async function findRestoreRows(input: RestoreInput): Promise<RestoreRows> {
  const { engine, definition, before, current, where } = input
  const key = identifier(definition.key)
  const columns = definition.columns.map((column) => identifier(column.name)).join(', ')
  const matching = (scan: Scan): string =>
    `SELECT ${key} AS key, batch_at FROM (${scanSql(scan)}) WHERE ${matchesSql(where)}`
  try {
    await engine.run(`CREATE OR REPLACE TEMP TABLE restore_keys AS
      SELECT coalesce(b.key, c.key) AS key, b.key IS NOT NULL AS was, b.batch_at IS DISTINCT FROM c.batch_at AS differs
      FROM (${matching(before)}) b FULL JOIN (${matching(current)}) c ON c.key = b.key`)
    const { rows: differing } = await engine.writeParquet(
      `SELECT ${columns} FROM (${scanSql(before)}) SEMI JOIN (SELECT key FROM restore_keys WHERE differs) k ON k.key = ${key}
       ORDER BY ${key}`,
      input.good,
    )
    const good = `SELECT ${key} FROM read_parquet(${literal(input.good)})`
    // What matches now alone and was not there is what has come since.
    await engine.writeParquet(
      `SELECT key FROM restore_keys WHERE NOT was AND key NOT IN (${good}) ORDER BY key`,
      input.vanished,
    )
    const [counts] = await engine.rows(
      `SELECT count(*) AS incidents, count(*) FILTER (was OR key IN (${good})) AS read FROM restore_keys`,
    )
    const { good: goodFile, vanished } = input
    return { incidents: Number(counts?.['incidents']), read: Number(counts?.['read']), differing, good: goodFile, vanished }
  } finally {
    await engine.run('DROP TABLE IF EXISTS restore_keys')
  }
}

/** What a derived table's snapshot has to add and remove so that its content is that of another one again: no row is rewritten. */
export function filesToRestore(before: Scan, current: Scan): { add: DataFile[]; remove: DataFile[] } {
  const [was, is] = [liveFilesOf(before), liveFilesOf(current)]
  return {
    add: [...was].filter(([path]) => !is.has(path)).map(([, file]) => file),
    remove: [...is].filter(([path]) => !was.has(path)).map(([, file]) => file),
  }
}
