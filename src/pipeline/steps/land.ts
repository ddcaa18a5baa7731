import { join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { type Comparison, compareWithTable } from '../../history/compare.ts'
import { heldKeysSql, holdsOf } from '../../history/holds.ts'
import { CHANGES_TABLE } from '../../history/ledger.ts'
import { planScan, type Scan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf, type Table } from '../../lake/table.ts'
import { writePositionDeletes } from '../../lake/write/write.ts'
import type { ChangeCounts } from '../../model/change.ts'
import { quarantineName } from '../../model/pipeline.ts'
import type { Schema } from '../../model/schema.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../batch/context.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { holdIfVanished } from '../batch/guards.ts'
import { heldIn, holdProperties } from '../restore/holds.ts'
import { stageTable } from '../batch/stage-table.ts'
import { adoptFile, writeRows } from '../batch/write-rows.ts'
import { batchStamp, openTable, type TableSpec, tableSpecs } from '../definition/tables.ts'
import type { ExtractOutput } from './extract.ts'
import { landQuarantine } from './land-quarantine.ts'

/** What the land step leaves for the steps after it. */
export interface LandOutput {
  counts: ChangeCounts
  /** Rows that brought a new version of an incident. */
  landed: number
  unchanged: number
  /** Incidents in the raw table before and after. */
  before: number
  after: number
  /** Parquet file of the changes; null for the first batch, where every good row is new. */
  changes: string | null
  /** Parquet file of the raw table's new rows, as the transforms read it. */
  landedFile: string | null
  /** Incidents that differ and that a restore holds as they are. */
  held: number
}

/**
 * Merges good rows into the raw table, the changes into the ledger and bad rows into quarantine: files are written and
 * staged, nothing is visible before the commit step.
 */
export async function landStep(context: RunContext, extracted: ExtractOutput, checked: CheckedRows): Promise<LandOutput> {
  const specs = tableSpecs(context.pipeline)
  const spec = (name: string): TableSpec => specs.find((candidate) => candidate.name === name)!
  const raw = await openTable(context.lake, spec(context.pipeline.rawName))
  const schema = evolvedSchema(raw, spec(raw.name).schema)
  // In its columns of now: what older files lack is no value.
  const scan = await planScan(context.lake.storage, raw, snapshotOf(raw), schema)
  const comparison = extracted.first ? undefined : await compare(context, raw, scan, extracted, checked)
  const vanished = comparison?.counts['vanished'] ?? 0
  holdIfVanished(context, vanished, scan.rows)

  const landedFile = await landRaw(context, raw, { scan, schema }, comparison, checked)
  await landChanges(context, spec(CHANGES_TABLE), comparison)
  await landQuarantine(context, spec(quarantineName(context.pipeline)), checked)

  const landed = comparison ? comparison.landed : checked.good.rows
  const output: LandOutput = {
    counts: comparison?.counts ?? (landed > 0 ? { new: landed } : {}),
    landed,
    unchanged: checked.collapsed + checked.good.rows - landed,
    before: scan.rows,
    after: scan.rows + landed - (comparison?.hidden ?? 0),
    changes: comparison?.path ?? null,
    landedFile,
    held: comparison?.held ?? 0,
  }
  requireConserved(checked, output)
  return output
}

async function compare(
  context: RunContext,
  raw: Table,
  scan: Scan,
  extracted: ExtractOutput,
  checked: CheckedRows,
): Promise<Comparison> {
  const { engine, pipeline, lake, source } = context
  const key = identifier(pipeline.source.key)
  const good = `read_parquet(${literal(checked.good.file)})`
  const absent = extracted.vanished
    ? `SELECT key FROM read_parquet(${literal(extracted.vanished)})`
    : `SELECT ${key} AS key FROM (${scanSql(scan, { columns: [pipeline.source.key] })})
       WHERE ${key} NOT IN (SELECT ${key} FROM ${good}) AND ${key} NOT IN (${checked.quarantinedKeys})`
  const ledger = await openTable(
    lake,
    tableSpecs(pipeline).find((spec) => spec.name === CHANGES_TABLE)!,
  )
  const ledgerScan = await planScan(lake.storage, ledger, snapshotOf(ledger))
  return compareWithTable({
    engine,
    definition: pipeline.source,
    raw: pipeline.raw,
    good: checked.good.file,
    current: scanSql(scan, { position: true }),
    rows: { good: checked.good.rows, current: scan.rows },
    vanished: source.partial ? 'SELECT NULL::BIGINT AS key LIMIT 0' : absent,
    onceVanished: `SELECT ${key} AS key FROM (${scanSql(ledgerScan, { columns: [pipeline.source.key, 'kinds'] })})
      WHERE list_contains(kinds, 'vanished')`,
    // A restore brings back what it names, whatever an older one holds.
    held: context.restore ? undefined : await heldKeysSql(holdsOf(raw), heldIn(context, raw, scan, ledgerScan)),
    path: join(context.folder, 'changes.parquet'),
  })
}

async function landRaw(
  context: RunContext,
  table: Table,
  { scan, schema }: { scan: Scan; schema: Schema | undefined },
  comparison: Comparison | undefined,
  checked: CheckedRows,
): Promise<string | null> {
  const { engine, lake, pipeline, batchAt } = context
  const key = identifier(pipeline.source.key)
  const stamp = batchStamp(batchAt)
  const columns = pipeline.source.columns.map((column) => identifier(column.name))
  const select = comparison
    ? `SELECT ${columns.map((column) => `after.${column} AS ${column}`).join(', ')}, ${stamp}
       FROM read_parquet(${literal(comparison.path)}) WHERE after IS NOT NULL ORDER BY after.${key}`
    : `SELECT ${columns.join(', ')}, ${stamp} FROM read_parquet(${literal(checked.good.file)})`
  const { written } = checked.good
  const add =
    written && !comparison ? await adoptFile(context, table, written) : await writeRows(context, table, select, schema)
  const deletes = comparison?.hidden
    ? await writePositionDeletes({
        engine,
        storage: lake.storage,
        table,
        scan,
        batchAt,
        label: context.run,
        hidden: `SELECT _file, _pos FROM read_parquet(${literal(comparison.path)}) WHERE _file IS NOT NULL`,
      })
    : { add: [], remove: [] }
  await stageTable(context, table, {
    add: [...add, ...deletes.add],
    remove: deletes.remove,
    ...(schema ? { schema } : {}),
    ...holdProperties(context, table),
  })
  return add[0] ? lake.storage.enginePath(add[0].file_path) : null
}

async function landChanges(context: RunContext, spec: TableSpec, comparison: Comparison | undefined): Promise<void> {
  const table = await openTable(context.lake, spec)
  const schema = evolvedSchema(table, spec.schema)
  const key = identifier(context.pipeline.source.key)
  const listed = comparison && Object.entries(comparison.counts).some(([kind, n]) => kind !== 'restamped' && n)
  const add = listed
    ? await writeRows(
        context,
        table,
        `SELECT timestamptz ${literal(context.batchAt)} AS batch_at, key AS ${key}, kinds, columns, before, after
         FROM read_parquet(${literal(comparison.path)}) WHERE NOT list_contains(kinds, 'restamped') ORDER BY key`,
        schema,
      )
    : []
  await stageTable(context, table, { add, remove: [], ...(schema ? { schema } : {}) })
}

function requireConserved(checked: CheckedRows, output: LandOutput): void {
  const counted = output.landed + output.unchanged + checked.quarantine.rows
  if (counted === checked.read) return
  const parts = `${output.landed} landed + ${output.unchanged} unchanged + ${checked.quarantine.rows} quarantined`
  throw new BlotterError(
    'rows_disagree',
    `${checked.read} rows were read, but ${parts} = ${counted}. Nothing was committed.`,
    { todo: 'Report this; the run can be repeated with `blotter run`.', context: { read: checked.read, counted } },
  )
}
