import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { monotonicSeconds } from '../clock.ts'
import type { Engine } from '../engine/engine.ts'
import { load, loadFiles, type LoadTarget, type RowsFile } from '../load/load.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { checkRows } from '../quality/check.ts'
import { matchColumns } from '../quality/columns.ts'
import type { Source } from '../source/source.ts'
import { stageOf } from './batch/stage.ts'

export interface IncidentLoad {
  engine: Engine
  source: Source
  /** Opened once the rows are known to be sound enough to be loaded. */
  openTarget(): Promise<LoadTarget & AsyncDisposable & { table: string; created: boolean }>
  pipeline: Pipeline
  mapping: Readonly<Record<string, string>>
  /** The moment that `future_date` is judged by. */
  at: BatchAt
  /** For staged files; emptied before and after. */
  folder: string
  /** Rows that are loaded at most. */
  limit?: number
  signal: AbortSignal
  progress(step: 'extract' | 'load', rows: number, expected?: number): void
}

/** What a load came to: read = inserted + updated + unchanged + refused. */
export interface IncidentLoadReport {
  table: string
  created: boolean
  rows: { read: number; inserted: number; updated: number; unchanged: number; refused: number }
  seconds: number
}

/** Reads a source whole, checks and repairs its rows as a run would, and puts the good ones into a table, in key order. */
export async function loadIncidents(given: IncidentLoad): Promise<IncidentLoadReport> {
  const { engine, source, pipeline, mapping, folder, signal } = given
  const began = monotonicSeconds()
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const interrupt = (): void => engine.interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    const description = await source.describe(signal)
    matchColumns(pipeline.source, description.columns, mapping)
    await using view = await source.open(signal)
    const stage = stageOf(engine, folder)
    const progress = (rows: number): void => given.progress('extract', rows, description.rowsEstimate)
    const { parts } = await view.extract({ stage, signal, progress })
    const { source: definition, raw } = pipeline
    const emptyIsNull = description.primaryKey === undefined
    const checked = await checkRows({ engine, parts, definition, raw, mapping, emptyIsNull, batchAt: given.at, folder })
    await using target = await given.openTarget()
    const watched = { signal, progress: (rows: number) => given.progress('load', rows, checked.good.rows) }
    const { upsertFile } = target
    const counts = upsertFile
      ? await loadFiles({ ...watched, files: goodFiles(given, checked.good.file), upsertFile })
      : await load({ ...watched, rows: goodColumns(given, checked.good.file), target })
    const { read, inserted, updated, unchanged } = counts
    const refused = checked.quarantine.rows
    const rows = {
      read: read + checked.collapsed + refused,
      inserted,
      updated,
      unchanged: unchanged + checked.collapsed,
      refused,
    }
    return { table: target.table, created: target.created, rows, seconds: monotonicSeconds() - began }
  } finally {
    signal.removeEventListener('abort', interrupt)
    await rm(folder, { recursive: true, force: true })
  }
}

async function* goodColumns({ engine, pipeline, limit }: IncidentLoad, file: string): AsyncGenerator<unknown[][]> {
  const names = pipeline.source.columns.map((column) => column.name)
  const some = limit === undefined ? '' : ` LIMIT ${limit}`
  const select = `SELECT ${names.map(identifier).join(', ')} FROM read_parquet(${literal(file)})${some}`
  for await (const rows of engine.stream(select)) yield names.map((name) => rows.map((row) => row[name]))
}

/** As many as are in a row group, so that each is read once. */
const FILE_ROWS = 122_880

/** Good rows as CSV that the engine writes, a piece at a time, in two files by turns. */
async function* goodFiles({ engine, pipeline, limit, folder }: IncidentLoad, file: string): AsyncGenerator<RowsFile> {
  const { columns, key } = pipeline.source
  const name = identifier(key)
  const rows = `read_parquet(${literal(file)}, file_row_number = true)`
  const some = limit === undefined ? '' : ` AND file_row_number < ${limit}`
  const list = columns.map((column) => {
    return column.type === 'boolean' ? `CAST(${identifier(column.name)} AS TINYINT)` : identifier(column.name)
  })
  const begins = await engine.rows(
    `SELECT ${name} AS key FROM ${rows} WHERE file_row_number % ${FILE_ROWS} = 0${some} ORDER BY key`,
  )
  for (const [i, begin] of begins.entries()) {
    const end = begins[i + 1]
    const range = `${name} >= ${String(begin['key'])}${end ? ` AND ${name} < ${String(end['key'])}` : ''}${some}`
    const path = join(folder, `rows-${i % 2}.csv`)
    const select = `SELECT ${list.join(', ')} FROM ${rows} WHERE ${range}`
    const options = `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"', NULLSTR 'NULL'`
    const [copied] = await engine.rows(`COPY (${select}) TO ${literal(path)} (${options})`)
    yield { path, rows: Number(copied?.['Count']) }
  }
}

/** Where staged files of a load lie. */
export function loadFolder(state: string, process: number): string {
  return join(state, 'load', String(process))
}
