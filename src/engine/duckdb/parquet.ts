import { type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { impossible } from '../../errors.ts'
import type { Schema } from '../../model/schema.ts'
import { fieldIds, literal } from '../../model/sql-text.ts'
import type { ColumnStatistics, Row, WrittenFile } from '../engine.ts'
import { isMemoryExhausted } from './failure.ts'
import { valueOf } from './values.ts'

export interface ParquetOptions {
  schema?: Schema
  /** Default v1, which every reader knows; v2 has encodings that are cheaper to write, for files that only DuckDB reads. */
  version?: 'v1' | 'v2'
  /**
   * What a row group takes at most before it is compressed, where rows are wide; only for engines that promise no order, and
   * for rows that come only once. Without it, rows that are too wide for the engine's memory are asked for a second time.
   */
  rowGroupBytes?: number
}

/** Rows of a row group; the second where rows are so wide that the engine's memory does not take as many. */
const ROW_GROUP_ROWS = [122_880, 4096] as const

/** Writes beside the target and renames, so that a half-written file never bears the name. */
export async function copyToParquet(
  connection: DuckDBConnection,
  select: string,
  path: string,
  options: ParquetOptions = {},
): Promise<WrittenFile> {
  await mkdir(dirname(path), { recursive: true })
  const [rows, fewer] = ROW_GROUP_ROWS
  try {
    return await copyRowGroups(connection, select, path, rows, options)
  } catch (error) {
    if (options.rowGroupBytes !== undefined || !isMemoryExhausted(error)) throw error
    return await copyRowGroups(connection, select, path, fewer, options)
  }
}

async function copyRowGroups(
  connection: DuckDBConnection,
  select: string,
  path: string,
  rowGroupRows: number,
  { schema, version = 'v1', rowGroupBytes }: ParquetOptions,
): Promise<WrittenFile> {
  const unfinished = `${path}.${randomUUID()}.unfinished`
  const options = [
    'FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, RETURN_STATS',
    `PARQUET_VERSION ${version}, ROW_GROUP_SIZE ${rowGroupRows}`,
    ...(rowGroupBytes === undefined ? [] : [`ROW_GROUP_SIZE_BYTES ${rowGroupBytes}`]),
    ...(schema ? [`FIELD_IDS ${fieldIds(schema)}`] : []),
  ]
  try {
    const reader = await connection.runAndReadAll(`COPY (${select}) TO ${literal(unfinished)} (${options.join(', ')})`)
    const names = reader.deduplicatedColumnNames()
    const rows = reader.getRows().map((row) => rowOf(names, row))
    if (rows.length !== 1) throw impossible(`COPY told of ${rows.length} files instead of one`)
    await rename(unfinished, path)
    return writtenFile(path, rows[0]!)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}

function writtenFile(path: string, row: Row): WrittenFile {
  const columns: Record<string, ColumnStatistics> = {}
  const all = (row['column_statistics'] ?? {}) as Record<string, Record<string, string>>
  for (const [column, known] of Object.entries(all)) {
    columns[column] = {
      sizeBytes: numberOf(known['column_size_bytes']),
      values: numberOf(known['num_values']),
      nulls: numberOf(known['null_count']),
      min: known['min'],
      max: known['max'],
      hasNan: known['has_nan'] === 'true',
    }
  }
  return { path, rows: Number(row['count']), sizeBytes: Number(row['file_size_bytes']), columns }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

/** A row of a result under its names. */
export function rowOf(names: readonly string[], row: readonly DuckDBValue[]): Row {
  return Object.fromEntries(names.map((name, i) => [name, valueOf(row[i] ?? null)]))
}
