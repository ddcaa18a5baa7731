import { type DuckDBConnection, DuckDBInstance, type DuckDBResult, type DuckDBValue } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { asBlotterError, BlotterError, diskFull, impossible, interrupted } from '../../errors.ts'
import type { Schema } from '../../model/schema.ts'
import { fieldIds, literal } from '../../model/sql-text.ts'
import type { ColumnStatistics, Engine, Row, WrittenFile } from '../engine.ts'
import { createChunkWriter } from './chunk-writer.ts'
import { valueOf } from './values.ts'

export interface DuckDbOptions {
  /** Upper limit of DuckDB's own memory in bytes; beyond it DuckDB spills into `spillFolder`. */
  memoryBytes: number
  spillFolder: string
  /** Default 2. */
  threads?: number
}

/** Starts an engine in this process: an empty in-memory database that reads nothing but files and downloads nothing. */
export async function openDuckDb(options: DuckDbOptions): Promise<Engine> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryBytes / 1024)}KiB`,
    temp_directory: options.spillFolder,
    threads: String(options.threads ?? 2),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connection = await instance.connect()
  await connection.run("SET TimeZone = 'UTC'")
  let closed = false

  const guard = async <T>(sql: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw engineError(error, sql, options.spillFolder)
    }
  }

  const writeParquet = (select: string, path: string, schema?: Schema): Promise<WrittenFile> =>
    guard(select, () => copyToParquet(connection, select, path, schema))

  return {
    run: (sql) => guard(sql, async () => void (await connection.run(sql))),
    rows: (sql) =>
      guard(sql, async () => {
        const reader = await connection.runAndReadAll(sql)
        const names = reader.deduplicatedColumnNames()
        return reader.getRows().map((row) => rowOf(names, row))
      }),
    async *stream(sql) {
      const result: DuckDBResult = await guard(sql, () => connection.stream(sql))
      const names = result.deduplicatedColumnNames()
      for (;;) {
        const chunk = await guard(sql, () => result.fetchChunk())
        if (!chunk || chunk.rowCount === 0) return
        yield chunk.getRows().map((row) => rowOf(names, row))
      }
    },
    writeParquet,
    async chunkWriter(folder, name, columns) {
      const writer = await createChunkWriter(connection, writeParquet, folder, name, columns)
      return {
        write: (values) => guard(name, () => writer.write(values)),
        finish: () => guard(name, () => writer.finish()),
        abandon: () => guard(name, () => writer.abandon()),
      }
    },
    interrupt: () => connection.interrupt(),
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      connection.closeSync()
      instance.closeSync()
      await rm(options.spillFolder, { recursive: true, force: true })
    },
  }
}

function rowOf(names: readonly string[], row: readonly DuckDBValue[]): Row {
  return Object.fromEntries(names.map((name, i) => [name, valueOf(row[i] ?? null)]))
}

/** Writes beside the target and renames, so that a half-written file never bears the name. */
async function copyToParquet(
  connection: DuckDBConnection,
  select: string,
  path: string,
  schema?: Schema,
): Promise<WrittenFile> {
  await mkdir(dirname(path), { recursive: true })
  const unfinished = `${path}.${randomUUID()}.unfinished`
  const ids = schema ? `, FIELD_IDS ${fieldIds(schema)}` : ''
  const options = `FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880, RETURN_STATS${ids}`
  try {
    const reader = await connection.runAndReadAll(`COPY (${select}) TO ${literal(unfinished)} (${options})`)
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
  const columns = new Map<string, ColumnStatistics>()
  const all = (row['column_statistics'] ?? {}) as Record<string, Record<string, string>>
  for (const [column, known] of Object.entries(all)) {
    columns.set(column, {
      sizeBytes: numberOf(known['column_size_bytes']),
      values: numberOf(known['num_values']),
      nulls: numberOf(known['null_count']),
      min: known['min'],
      max: known['max'],
      hasNan: known['has_nan'] === 'true',
    })
  }
  return { path, rows: Number(row['count']), sizeBytes: Number(row['file_size_bytes']), columns }
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text)
}

const FULL = /No space left on device|Could not write all bytes|failed to offload data block/i
const EXHAUSTED = /^(?:Out of Memory Error|.*could not allocate block|.*failed to pin block)/i

function engineError(error: unknown, sql: string, spillFolder: string): unknown {
  if (error instanceof BlotterError || (error as { code?: unknown }).code === 'ENOSPC') return asBlotterError(error)
  // DuckDB throws bare errors; a kind or a code of its own is another part's.
  if (!(error instanceof Error) || error.constructor !== Error || 'code' in error) return error
  const { message } = error
  if (/^INTERRUPT/i.test(message)) return interrupted(error)
  if (FULL.test(message)) return diskFull(error, /offload/.test(message) ? spillFolder : /file "([^"]+)"/.exec(message)?.[1])
  if (EXHAUSTED.test(message)) return memoryExhausted(message, error)
  return new BlotterError('query_failed', message, {
    todo: 'Correct the SQL; `blotter tables` lists what can be read.',
    context: { sql: sql.length > 2000 ? `${sql.slice(0, 2000)} …` : sql },
    cause: error,
  })
}

function memoryExhausted(message: string, cause: unknown): BlotterError {
  const [what] = message.split('\n', 1)
  return new BlotterError('memory_exhausted', `The engine's memory did not suffice. ${what} Nothing was changed.`, {
    todo: 'Grant more memory (`--memory 2GiB`, or `memory:` in the configuration).',
    cause,
  })
}
