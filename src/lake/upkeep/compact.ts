import { BlotterError } from '../../errors.ts'
import { type BatchAt, dayOrdinal } from '../../model/batch-at.ts'
import { identifier } from '../../model/sql-text.ts'
import { type CompactionPlan, type CompactionPolicy, planCompaction, type Rewrite } from './compaction-plan.ts'
import { folderOfPartition, monthTarget, withMonthSpec } from './month-partition.ts'
import { CONTENT, type DataFile } from '../format/data-file.ts'
import { labelledUuid } from '../write/file-label.ts'
import { isNearKeyOrder } from '../write/key-order.ts'
import { specOf } from '../format/metadata.ts'
import { liveFiles, planScan, type Scan } from '../read/plan.ts'
import { scanSql } from '../read/read.ts'
import { stageSnapshot } from '../write/stage.ts'
import { statisticsOf } from '../format/statistics.ts'
import type { Storage } from '../storage.ts'
import { snapshotOf, type Table, tableSchema } from '../table.ts'
import type { ParquetEngine } from '../write/write.ts'

/** What is to be done to a table, and what it was planned upon. */
export interface TableCompaction {
  /** With the partition spec that the new files need. */
  table: Table
  scan: Scan
  plan: CompactionPlan
}

/** Plans the compaction of a table's newest version; undefined if there is nothing to do. `newest` is the newest batch. */
export async function planTableCompaction(
  storage: Storage,
  table: Table,
  policy: CompactionPolicy,
  newest: BatchAt,
): Promise<TableCompaction | undefined> {
  const snapshot = snapshotOf(table)
  if (!snapshot) return undefined
  const [scan, live] = [await planScan(storage, table, snapshot), await liveFiles(storage, snapshot)]
  const monthly = withMonthSpec(table)
  const targetOf = monthly && monthTarget(specOf(table.metadata), monthly.spec, dayOrdinal(newest))
  const plan = planCompaction({ scan, live, policy, ...(targetOf ? { targetOf } : {}) })
  if (plan.remove.length === 0) return undefined
  const moves = plan.rewrites.some((rewrite) => rewrite.specId === monthly?.spec['spec-id'])
  return { table: moves && monthly ? monthly.table : table, scan, plan }
}

export interface CompactTable extends TableCompaction {
  engine: ParquetEngine
  storage: Storage
  /** Columns that rows are sorted by in each new file. */
  sortBy: readonly string[]
  label: string
  now: Date
}

/** Writes the new files and stages the snapshot that takes them in: the same rows, no tag. Throws `rows_disagree`. */
export async function compactTable(request: CompactTable): Promise<Table> {
  const { storage, table, plan, label, now } = request
  const add: DataFile[] = []
  for (const rewrite of plan.rewrites) {
    const written = await rewriteFiles(request, rewrite)
    const rows = written.reduce((sum, file) => sum + file.record_count, 0)
    if (rewrite.rows !== undefined && rows !== rewrite.rows) throw disagree(table.name, rewrite.rows, rows)
    add.push(...written)
  }
  const summary = Object.entries(snapshotOf(table)?.summary ?? {}).filter(([name]) => name.startsWith('blotter.'))
  return stageSnapshot(storage, table, {
    add,
    remove: plan.remove,
    operation: 'replace',
    // What is known of the rows goes on to be known: whose batch they are, the SQL that made them.
    summary: { ...Object.fromEntries(summary), 'blotter.compaction': label },
    label,
    now,
  })
}

async function rewriteFiles(request: CompactTable, rewrite: Rewrite): Promise<DataFile[]> {
  const { scan, sortBy } = request
  const select = scanSql({ ...scan, files: rewrite.files })
  const order = sortBy.length > 0 ? ` ORDER BY ${sortBy.map(identifier).join(', ')}` : ''
  const files: DataFile[] = []
  for (const range of await keyRanges(request, rewrite)) {
    const rows = `SELECT * FROM (${select})${range}`
    const written = (await writeInPlace(request, rewrite, rows)) ?? (await writeSlice(request, rewrite, `${rows}${order}`))
    if (written) files.push(written)
  }
  return files
}

/** The rows of a lone file are mostly in order already: to look afterwards is nothing beside sorting them. */
async function writeInPlace(request: CompactTable, rewrite: Rewrite, rows: string): Promise<DataFile | undefined> {
  const { engine, storage, sortBy } = request
  const written = rewrite.files.length === 1 ? await writeSlice(request, rewrite, rows) : undefined
  if (!written) return undefined
  const [first] = sortBy
  if (first === undefined || (await isNearKeyOrder(engine, first, [storage.enginePath(written.file_path)]))) return written
  await storage.remove(written.file_path)
  return undefined
}

/** Conditions that part the rows by what they are sorted by first; none where that is no whole number. */
async function keyRanges(
  { engine, scan, sortBy: [first] }: CompactTable,
  { files, slices }: Rewrite,
): Promise<string[]> {
  const whole = scan.schema.fields.some((field) => field.name === first && field.type === 'long')
  if (first === undefined || !whole || slices === 1) return ['']
  const parts = Array.from({ length: slices - 1 }, (_, i) => (i + 1) / slices)
  const keys = scanSql({ ...scan, files }, { columns: [first] })
  const key = identifier(first)
  const [row] = await engine.rows(`SELECT approx_quantile(${key}, [${parts.join(', ')}]) AS cuts FROM (${keys})`)
  const cuts = [...new Set((row?.['cuts'] as bigint[] | null) ?? [])]
  if (cuts.length === 0) return ['']
  return [
    ` WHERE ${key} < ${cuts[0]} OR ${key} IS NULL`,
    ...cuts.map((from, i) => ` WHERE ${key} >= ${from}${i + 1 < cuts.length ? ` AND ${key} < ${cuts[i + 1]}` : ''}`),
  ]
}

async function writeSlice(request: CompactTable, rewrite: Rewrite, select: string): Promise<DataFile | undefined> {
  const { engine, storage, table, scan, label } = request
  const folder = `${table.metadata.location}/data/${folderOfPartition(table.metadata, rewrite)}`
  const location = `${folder}${label}-${labelledUuid(label)}.parquet`
  const written = await engine.writeParquet(select, storage.enginePath(location), scan.schema)
  if (written.rows === 0) {
    await storage.remove(location)
    return undefined
  }
  return {
    spec_id: rewrite.specId,
    content: CONTENT.data,
    file_path: location,
    file_format: 'PARQUET',
    partition: rewrite.partition,
    record_count: written.rows,
    file_size_in_bytes: written.sizeBytes,
    ...statisticsOf(tableSchema(table), written.columns),
    sort_order_id: 0,
  }
}

function disagree(table: string, expected: number, found: number): BlotterError {
  return new BlotterError(
    'rows_disagree',
    `Compaction of ${table} would make ${found} rows of ${expected}. Nothing was changed.`,
    {
      todo: 'Report this; the table can be read as before.',
      context: { table, expected, found },
    },
  )
}
