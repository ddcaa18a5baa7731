import { BlotterError } from '../../errors.ts'
import { holdsOf, liftedOf } from '../../history/holds.ts'
import type { DataFile } from '../../lake/format/data-file.ts'
import { unreadableFile } from '../../lake/read/damage.ts'
import { isNearKeyOrder } from '../../lake/write/key-order.ts'
import { planScan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf, type Table, tableSchema } from '../../lake/table.ts'
import { writePositionDeletes } from '../../lake/write/write.ts'
import type { SqlTable } from '../../model/pipeline.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import { referenceSql, renderTable, viewStatements } from '../../transform/render.ts'
import type { RunContext } from '../batch/context.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { holdProperties } from '../restore/holds.ts'
import { stageTable, type TableDelta } from '../batch/stage-table.ts'
import { writeRows } from '../batch/write-rows.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'
import { loadStaged } from '../batch/work-files.ts'
import type { LandOutput } from './land.ts'
import { restoredDelta } from './restore.ts'

/** What a step that derives tables leaves: which of them have a new version. */
export interface DeriveOutput {
  changed: string[]
}

/** The hash of the SQL that made a snapshot, in its summary; another one rebuilds the table. */
const SQL_HASH = 'blotter.sql-hash'

/** Derives the tables that follow raw by key: only what changed in this batch runs through their SQL. */
export async function transformStep(context: RunContext, landed: LandOutput): Promise<DeriveOutput> {
  const changed: string[] = []
  for (const table of context.pipeline.tables.filter((candidate) => candidate.mode === 'by-key')) {
    const target = await openDerived(context, table)
    const merge = (): Promise<TableDelta> =>
      target.current ? mergeByKey(context, target, landed) : rebuild(context, target)
    const delta = (await keptDelta(context, target.table)) ?? (await merge())
    if ((await stageTable(context, target.table, delta)).changed) changed.push(table.name)
  }
  return { changed }
}

/** Derives the tables that are made anew whenever something they read has changed. */
export async function aggregateStep(context: RunContext): Promise<DeriveOutput> {
  const changed: string[] = []
  for (const table of context.pipeline.tables.filter((candidate) => candidate.mode === 'replace')) {
    const target = await openDerived(context, table)
    const read = await Promise.all(lakeReads(table).map((name) => loadStaged(context.folder, name)))
    const kept = await keptDelta(context, target.table)
    const stale = !target.current || read.some((staged) => staged.changed)
    const delta = kept ?? (stale ? await rebuild(context, target) : { add: [], remove: [] })
    if ((await stageTable(context, target.table, delta)).changed) changed.push(table.name)
  }
  return { changed }
}

/** What a restore does to a derived table: brings it back in its own batch, and keeps it as it is in those that follow. */
async function keptDelta(context: RunContext, table: Table): Promise<TableDelta | undefined> {
  const { restore, lake } = context
  if (restore?.table === table.name)
    return { ...(await restoredDelta(lake, table, restore)), ...holdProperties(context, table) }
  return holdsOf(table).length > 0 ? { add: [], remove: [] } : undefined
}

interface Derived {
  sql: SqlTable
  table: Table
  schema: ReturnType<typeof evolvedSchema>
  /** False if it has to be made from the ground: it is new, or its SQL or columns are. */
  current: boolean
}

async function openDerived(context: RunContext, sql: SqlTable): Promise<Derived> {
  const spec = tableSpecs(context.pipeline).find((candidate) => candidate.name === sql.name)!
  const table = await openTable(context.lake, spec)
  const schema = evolvedSchema(table, spec.schema, { remade: true })
  const lifted = liftedOf(table).length > 0
  const current = schema === undefined && !lifted && snapshotOf(table)?.summary[SQL_HASH] === sql.hash
  return { sql, table, schema, current }
}

async function mergeByKey(context: RunContext, target: Derived, landed: LandOutput): Promise<TableDelta> {
  if (landed.changes === null || !Object.values(landed.counts).some((n) => n)) return { add: [], remove: [] }
  const { engine, lake, pipeline, batchAt } = context
  const key = identifier(pipeline.source.key)
  const raw = await loadStaged(context.folder, pipeline.rawName)
  const rawColumns = tableSchema(raw.table)
    .fields.map((field) => identifier(field.name))
    .join(', ')
  const rows = landed.landedFile
    ? `SELECT ${rawColumns} FROM read_parquet(${literal(landed.landedFile)}, hive_partitioning = false)`
    : `SELECT ${rawColumns} FROM (${scanSql(await planScan(lake.storage, raw.table, snapshotOf(raw.table)))}) LIMIT 0`
  const add = await derive(context, target, [{ name: pipeline.rawName, sql: rows }])
  const scan = await planScan(lake.storage, target.table, snapshotOf(target.table))
  const deletes = await writePositionDeletes({
    engine,
    storage: lake.storage,
    table: target.table,
    scan,
    batchAt,
    label: context.run,
    hidden: `SELECT _file, _pos FROM (${scanSql(scan, { columns: [pipeline.source.key], position: true })})
      WHERE ${key} IN (SELECT key FROM read_parquet(${literal(landed.changes)}))`,
  })
  return { add: [...add, ...deletes.add], remove: deletes.remove, summary: { [SQL_HASH]: target.sql.hash } }
}

async function rebuild(context: RunContext, target: Derived): Promise<TableDelta> {
  const { lake } = context
  const views = []
  for (const name of lakeReads(target.sql)) {
    const { table } = await loadStaged(context.folder, name)
    views.push({ name, sql: scanSql(await planScan(lake.storage, table, snapshotOf(table))) })
  }
  const add = await derive(context, target, views)
  const scan = await planScan(lake.storage, target.table, snapshotOf(target.table))
  const remove = new Set(scan.files.flatMap((file) => [file.file, ...file.deletes.map((one) => one.file)]))
  return {
    add,
    remove: [...remove],
    summary: { [SQL_HASH]: target.sql.hash },
    ...(target.schema ? { schema: target.schema } : {}),
    ...holdProperties(context, target.table),
  }
}

async function derive(context: RunContext, target: Derived, views: { name: string; sql: string }[]): Promise<DataFile[]> {
  const { engine, lake, pipeline, batchAt, startedAt } = context
  const { key } = pipeline.source
  const path = (file: DataFile): string => lake.storage.enginePath(file.file_path)
  const reference = pipeline.reference.map((table) => ({ name: table.name, sql: referenceSql(table.file) }))
  for (const statement of viewStatements([...reference, ...views])) await engine.run(statement)
  const schema = target.schema ?? tableSchema(target.table)
  const rows = renderTable(target.sql, schema, { batchAt, processedAt: startedAt.toISOString() })
  try {
    const written = await writeRows(context, target.table, rows, schema)
    if (target.sql.mode === 'replace' || (await isNearKeyOrder(engine, key, written.map(path)))) return written
    for (const file of written) await lake.storage.remove(file.file_path)
    return await writeRows(context, target.table, `SELECT * FROM (${rows}) ORDER BY ${identifier(key)}`, schema)
  } catch (error) {
    throw unreadableFile(error) === undefined ? sqlFailure(target.sql.name, error) : error
  }
}

function sqlFailure(table: string, error: unknown): unknown {
  if (!(error instanceof BlotterError) || error.code !== 'query_failed') return error
  const message = `The SQL of ${table} failed: ${error.message}\nNothing was committed; the lake is as it was before.`
  return new BlotterError('pipeline_invalid', message, {
    todo: `Correct the table's .sql file in the pipeline's folder, then \`blotter runs resume\` goes on from this step.`,
    context: { table },
    cause: error,
  })
}

function lakeReads(table: SqlTable): string[] {
  return table.reads.filter((name) => !name.startsWith('reference.'))
}
