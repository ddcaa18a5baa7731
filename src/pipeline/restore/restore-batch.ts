import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import { compareWithTable } from '../../history/compare.ts'
import { readCondition } from '../../history/condition.ts'
import { CHANGES_TABLE } from '../../history/ledger.ts'
import { type Restore, restoreName } from '../../history/restore.ts'
import { planScan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf, type Table } from '../../lake/table.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { ChangeCounts } from '../../model/change.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { BatchMaker, BatchOutcome, BatchWatch } from '../batch/batch-maker.ts'
import { makeBatch } from '../batch/make-batch.ts'
import { spillFolder } from '../batch/spills.ts'
import { findIncidents, restoredDelta } from '../steps/restore.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'

/** What somebody wants restored. */
export interface RestoreWish {
  /** The batch whose content comes back. */
  batch: BatchAt
  /** Default: the raw table. */
  table?: string | undefined
  /** A condition over the columns of incidents; only for the raw table. */
  where?: string | undefined
}

/** `restore --dry-run --json`: what a restore would do. */
export interface RestorePreview {
  dry_run: true
  restore: Restore
  /** Incidents that match as they were or as they are; null for a derived table. */
  incidents: number | null
  /** What the ledger would tell; nothing for a derived table. */
  changes: ChangeCounts
  /** Rows of the table as it is and as it would be. */
  rows: { before: number; after: number }
}

/**
 * Makes a batch that brings back what the lake held as of another one, and holds it (docs/restore.md). Throws
 * `usage` for a table or condition that cannot be restored by, `batch_missing`, and what a run throws.
 */
export async function restoreBatch(
  maker: BatchMaker,
  wish: RestoreWish & { at?: BatchAt | undefined },
  watch: BatchWatch,
): Promise<BatchOutcome> {
  const restore = await withEngine(maker, (engine) => restoreOf(maker.pipeline, wish, engine))
  return makeBatch(maker, { source: restoreName(restore), full: false, restore, at: wish.at }, watch)
}

/** Says what `restoreBatch` would do; nothing is changed. */
export async function previewRestore(maker: BatchMaker, wish: RestoreWish): Promise<RestorePreview> {
  return withEngine(maker, async (engine, folder) => {
    const { lake, pipeline } = maker
    const restore = await restoreOf(pipeline, wish, engine)
    const spec = specOf(pipeline, restore.table)
    const table = await openTable(lake, spec)
    if (restore.table !== pipeline.rawName) return previewTable(maker, restore, table)
    const current = await planScan(lake.storage, table, snapshotOf(table), evolvedSchema(table, spec.schema))
    const found = await findIncidents({ lake, engine, pipeline, folder }, restore)
    const ledger = await openTable(lake, specOf(pipeline, CHANGES_TABLE))
    const key = identifier(pipeline.source.key)
    const told = scanSql(await planScan(lake.storage, ledger, snapshotOf(ledger)), {
      columns: [pipeline.source.key, 'kinds'],
    })
    const comparison = await compareWithTable({
      engine,
      definition: pipeline.source,
      raw: pipeline.raw,
      good: found.good,
      current: scanSql(current, { position: true }),
      rows: { good: found.differing, current: current.rows },
      vanished: `SELECT key FROM read_parquet(${literal(found.vanished)})`,
      onceVanished: `SELECT ${key} AS key FROM (${told}) WHERE list_contains(kinds, 'vanished')`,
      path: join(folder, 'changes.parquet'),
    })
    const after = current.rows + comparison.landed - comparison.hidden
    return {
      dry_run: true,
      restore,
      incidents: found.incidents,
      changes: comparison.counts,
      rows: { before: current.rows, after },
    }
  })
}

async function previewTable({ lake }: BatchMaker, restore: Restore, table: Table): Promise<RestorePreview> {
  const current = await planScan(lake.storage, table, snapshotOf(table))
  const { add, remove } = await restoredDelta(lake, table, restore)
  const rows = (files: typeof add): number =>
    files.reduce((sum, file) => sum + (file.content === 0 ? file.record_count : -file.record_count), 0)
  const after = current.rows + rows(add) - rows(remove)
  return { dry_run: true, restore, incidents: null, changes: {}, rows: { before: current.rows, after } }
}

async function restoreOf(
  pipeline: Pipeline,
  { batch, table = pipeline.rawName, where }: RestoreWish,
  engine: Engine,
): Promise<Restore> {
  if (table !== pipeline.rawName && !pipeline.tables.some((one) => one.name === table)) throw notRestored(pipeline, table)
  if (where === undefined) return { table, batch, where: null }
  if (table !== pipeline.rawName) {
    throw new BlotterError(
      'usage',
      `${table} is restored as a whole; a condition is about incidents of ${pipeline.rawName}.`,
      {
        todo: `Leave --table out: what follows from ${pipeline.rawName} follows by itself.`,
        context: { table },
      },
    )
  }
  return { table, batch, where: await readCondition(where, pipeline.source, engine) }
}

function specOf(pipeline: Pipeline, name: string): ReturnType<typeof tableSpecs>[number] {
  return tableSpecs(pipeline).find((spec) => spec.name === name)!
}

async function withEngine<T>(maker: BatchMaker, work: (engine: Engine, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(spillFolder(maker.state.folder, 'restore-'))
  try {
    await using engine = await maker.openEngine(join(folder, 'spill'))
    return await work(engine, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function notRestored(pipeline: Pipeline, table: string): BlotterError {
  const known = [pipeline.rawName, ...pipeline.tables.map((one) => one.name)]
  const record = tableSpecs(pipeline).some((spec) => spec.name === table)
  const why = record ? 'is a record of what happened, which no restore rewrites' : 'is no table of this pipeline'
  return new BlotterError('usage', `${table} ${why}. Nothing was changed.`, {
    todo: `Restore one of ${known.join(', ')}.`,
    context: { table },
  })
}
