import { randomUUID } from 'node:crypto'
import { BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Schema } from '../../model/schema.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import { int64 } from '../format/bounds.ts'
import { CONTENT, type DataFile, DELETE_PATH_ID, DELETE_POS_ID } from '../format/data-file.ts'
import { specOf } from '../format/metadata.ts'
import { batchPartition } from '../format/partition.ts'
import type { Scan, ScanFile } from '../read/plan.ts'
import { hiddenRowsSql } from '../read/read.ts'
import { statisticsOf, type WrittenParquet } from '../format/statistics.ts'
import type { Storage } from '../storage.ts'
import { type Table, tableSchema } from '../table.ts'

/** What writing deletes needs of an engine; SQL is DuckDB's. */
export interface ParquetEngine {
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Record<string, unknown>[]>
  writeParquet(select: string, path: string, schema?: Schema): Promise<WrittenParquet>
}

/** A new file's place, `LOCATION/data/year=2026/month=11/day=23/LABEL-<uuid>.parquet`: a person finds a batch by eye. */
export function dataFileLocation(table: Table, batchAt: BatchAt, label: string): string {
  const [year, month, day] = batchAt.slice(0, 10).split('-')
  return `${table.metadata.location}/data/year=${year}/month=${month}/day=${day}/${label}-${randomUUID()}.parquet`
}

/** Describes a Parquet file that holds rows of one batch, in the partition that the table's spec gives them. */
export function describeDataFile(
  table: Table,
  written: WrittenParquet,
  { location, batchAt, schema = tableSchema(table) }: { location: string; batchAt: BatchAt; schema?: Schema },
): DataFile {
  const spec = specOf(table.metadata)
  return {
    spec_id: spec['spec-id'],
    content: CONTENT.data,
    file_path: location,
    file_format: 'PARQUET',
    partition: batchPartition(spec, batchAt),
    record_count: written.rows,
    file_size_in_bytes: written.sizeBytes,
    ...statisticsOf(schema, written.columns),
    sort_order_id: 0,
  }
}

/** Of position delete files (Iceberg specification, Position Delete Files). */
export const DELETE_SCHEMA: Schema = {
  fields: [
    { id: DELETE_PATH_ID, name: 'file_path', required: true, type: 'string' },
    { id: DELETE_POS_ID, name: 'pos', required: true, type: 'long' },
  ],
}

export interface PositionDeletes {
  engine: ParquetEngine
  storage: Storage
  table: Table
  /** Of the snapshot that the deletes are laid upon. */
  scan: Scan
  batchAt: BatchAt
  label: string
  /** A select of `_file` and `_pos` (as `scanSql` names them) of the rows to hide from now on. */
  hidden: string
}

/** What a snapshot has to add and remove for rows to be hidden, and how many rows were live before and are hidden now. */
export interface HiddenRows {
  add: DataFile[]
  remove: DataFile[]
  rows: number
}

/**
 * Hides rows: writes one delete file for each data file concerned, which takes in what older ones of it hid and replaces
 * them. A data file without any row left is removed instead. Rows that are hidden already change nothing.
 */
export async function writePositionDeletes(request: PositionDeletes): Promise<HiddenRows> {
  const { engine, scan, hidden } = request
  const fresh = identifier(`fresh_${randomUUID()}`)
  const merged = identifier(`merged_${randomUUID()}`)
  try {
    await engine.run(`CREATE TEMP TABLE ${fresh} AS SELECT DISTINCT _file, _pos FROM (${hidden})`)
    const places = (await engine.rows(`SELECT DISTINCT _file FROM ${fresh} ORDER BY _file`)).map((row) => Number(row['_file']))
    const touched = touchedFiles(scan, places)
    if (touched.length === 0) return { add: [], remove: [], rows: 0 }
    // Ordered by file, so that each file's rows are found without a look at all others.
    await engine.run(`CREATE TEMP TABLE ${merged} AS
      SELECT i, pos, bool_and(fresh) AS fresh FROM (
        SELECT (list_position([${places.join(', ')}], _file) - 1)::UBIGINT AS i, _pos AS pos, true AS fresh FROM ${fresh}
        UNION ALL SELECT i, pos, false FROM (${hiddenRowsSql(touched)}) WHERE i IS NOT NULL
      ) GROUP BY i, pos ORDER BY i, pos`)
    const counts = await engine.rows(
      `SELECT i, count(*) AS total, count(*) FILTER (fresh) AS fresh, min(pos) AS low, max(pos) AS high
       FROM ${merged} GROUP BY i ORDER BY i`,
    )
    return await replaceDeletes(request, touched, merged, counts)
  } finally {
    await engine.run(`DROP TABLE IF EXISTS ${fresh}`)
    await engine.run(`DROP TABLE IF EXISTS ${merged}`)
  }
}

function touchedFiles(scan: Scan, places: readonly number[]): ScanFile[] {
  return places.map((place) => {
    const file = scan.files[place]
    if (file) return file
    const message = `Rows of file ${place} are to be hidden, but ${scan.table} holds ${scan.files.length} files.`
    throw new BlotterError('internal', message, { todo: 'Report this. Nothing was committed; the lake is as it was before.' })
  })
}

async function replaceDeletes(
  request: PositionDeletes,
  touched: readonly ScanFile[],
  merged: string,
  counts: readonly Record<string, unknown>[],
): Promise<HiddenRows> {
  const result: HiddenRows = { add: [], remove: [], rows: 0 }
  for (const count of counts) {
    const target = touched[Number(count['i'])]!
    const total = Number(count['total'])
    if (Number(count['fresh']) === 0) continue
    result.rows += Number(count['fresh'])
    // A file that hides rows of others too stays: it does no harm, and only the others' own commits may replace it.
    result.remove.push(...target.deletes.filter((one) => one.exclusive).map((one) => one.file))
    if (total === target.file.record_count) result.remove.push(target.file)
    else result.add.push(await writeDeleteFile(request, target, merged, count))
  }
  return result
}

async function writeDeleteFile(
  { engine, storage, table, batchAt, label }: PositionDeletes,
  target: ScanFile,
  merged: string,
  { i, low, high }: Record<string, unknown>,
): Promise<DataFile> {
  const location = dataFileLocation(table, batchAt, label)
  const named = `${literal(target.file.file_path)} AS file_path`
  const select = `SELECT ${named}, pos FROM ${merged} WHERE i = ${String(i)} ORDER BY pos`
  const written = await engine.writeParquet(select, storage.enginePath(location), DELETE_SCHEMA)
  const both = <T>(path: T, pos: T): { key: number; value: T }[] => [
    { key: DELETE_PATH_ID, value: path },
    { key: DELETE_POS_ID, value: pos },
  ]
  // The whole path, however long: readers take equal bounds for the name of the one file that is meant, and a path that
  // was cut names none, so that they would skip these deletes without an error.
  const path = Buffer.from(target.file.file_path)
  return {
    // Spec and partition are those of the data file, not of the batch: deletes elsewhere do not count.
    spec_id: target.file.spec_id,
    content: CONTENT.positionDeletes,
    file_path: location,
    file_format: 'PARQUET',
    partition: target.file.partition,
    record_count: written.rows,
    file_size_in_bytes: written.sizeBytes,
    value_counts: both(written.rows, written.rows),
    null_value_counts: both(0, 0),
    lower_bounds: both(path, int64(BigInt(low as bigint))),
    upper_bounds: both(path, int64(BigInt(high as bigint))),
    referenced_data_file: target.file.file_path,
  }
}
