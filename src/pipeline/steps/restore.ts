import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lake } from '../../catalog/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import { presentColumnsAsOf } from '../../history/as-of.ts'
import { filesToRestore, findRestoreRows, type Restore, type RestoreRows } from '../../history/restore.ts'
import { BlotterError } from '../../errors.ts'
import { planScan } from '../../lake/read/plan.ts'
import { snapshotOf, type Table, tableSchema } from '../../lake/table.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { Source } from '../../source/source.ts'
import type { RunContext } from '../batch/context.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { knownSourceColumns } from '../batch/guards.ts'
import type { TableDelta } from '../batch/stage-table.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'
import type { ExtractOutput } from './extract.ts'

/** What a restore of incidents needs; a preview has it without a run. */
export interface RestoreWork {
  lake: Lake
  engine: Engine
  pipeline: Pipeline
  folder: string
}

/** A restore reads no source: its name stands where a run has its source's. */
export function lakeAsSource(url: string): Source {
  const nothing = (): Promise<never> =>
    Promise.reject(new BlotterError('internal', `${url} is no source to be read.`, { todo: 'Report this.' }))
  return { url, partial: false, describe: nothing, open: nothing }
}

/** The extract step of a restore: reads the rows of old out of the lake instead of a source. */
export async function extractRestore(context: RunContext, restore: Restore): Promise<ExtractOutput> {
  const found = await findIncidents(context, restore)
  context.progress('extract', found.read, found.read)
  return {
    mode: 'restore',
    first: false,
    parts: [],
    rows: found.read,
    swept: 0,
    vanished: found.vanished,
    columns: (await knownSourceColumns(context)) ?? { scheme: 'restore', types: {} },
    emptyIsNull: false,
    restored: found,
  }
}

/** The check step of a restore: rows of the lake have passed it once. */
export async function checkRestored(context: RunContext, found: RestoreRows): Promise<CheckedRows> {
  const quarantine = join(context.folder, 'extract', 'quarantine.parquet')
  await context.engine.writeParquet('SELECT 0 AS nothing WHERE false', quarantine)
  return {
    read: found.read,
    good: { file: found.good, rows: found.differing },
    quarantine: { file: quarantine, rows: 0, byRule: {} },
    quarantinedKeys: 'SELECT NULL::BIGINT AS key WHERE false',
    collapsed: found.read - found.differing,
    repairs: {},
    warnings: {},
    columns: { missing: [], unknown: [] },
  }
}

/** Rows of old and keys to vanish; none where a derived table is to be restored. Throws `batch_missing`. */
export async function findIncidents(work: RestoreWork, restore: Restore): Promise<RestoreRows> {
  const { lake, engine, pipeline } = work
  const folder = join(work.folder, 'extract')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const spec = tableSpecs(pipeline)[0]!
  const raw = await openTable(lake, spec)
  const schema = evolvedSchema(raw, spec.schema) ?? tableSchema(raw)
  const current = await planScan(lake.storage, raw, snapshotOf(raw), schema)
  const before = await presentColumnsAsOf(lake.storage, raw, restore.batch, schema)
  if (!before) throw missing(restore)
  const [good, vanished] = ['good.parquet', 'vanished.parquet'].map((name) => join(folder, name)) as [string, string]
  const where = restore.table === pipeline.rawName ? restore.where : 'false'
  return findRestoreRows({ engine, definition: pipeline.source, before, current, where, good, vanished })
}

/** What a derived table's snapshot has to change so that its content is that of the batch again. Throws `batch_missing`. */
export async function restoredDelta(lake: Lake, table: Table, restore: Restore): Promise<TableDelta> {
  const then = snapshotOf(table, restore.batch)
  if (!then) throw missing(restore)
  const schema = tableSchema(table, then)
  const before = await presentColumnsAsOf(lake.storage, table, restore.batch, schema)
  const current = await planScan(lake.storage, table, snapshotOf(table))
  const present = snapshotOf(table)?.['schema-id'] === then['schema-id']
  return { ...filesToRestore(before!, current), ...(present ? {} : { schema }) }
}

function missing({ table, batch }: { table: string; batch: BatchAt }): BlotterError {
  return new BlotterError('batch_missing', `${table} did not exist as of the batch ${batch}. Nothing was changed.`, {
    todo: 'Name a later batch; `blotter batches` lists them.',
    context: { table, batch_at: batch },
  })
}
