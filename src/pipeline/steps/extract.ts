import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { WrittenFile } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import { sweepSource } from '../../extract/sweep.ts'
import type { RestoreRows } from '../../history/restore.ts'
import { planScan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf } from '../../lake/table.ts'
import { duckdbType, identifier } from '../../model/sql-text.ts'
import { bindColumns, matchColumns } from '../../quality/columns.ts'
import { readAs } from '../../quality/read.ts'
import type { ExtractOptions, FoundColumn, StagedPart } from '../../source/source.ts'
import type { BatchKind } from '../../model/report.ts'
import type { RunContext } from '../batch/context.ts'
import { holdIfColumnsChanged, knownSourceColumns, type SourceColumns, sourceColumnsOf } from '../batch/guards.ts'
import { liftedKeysSql } from '../restore/holds.ts'
import { stageOf } from '../batch/stage.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'
import { extractDeclared } from './extract-declared.ts'

/** What the extract step leaves for the steps after it. */
export interface ExtractOutput {
  mode: BatchKind
  /** True if the lake has no batch yet. */
  first: boolean
  parts: StagedPart[]
  rows: number
  swept: number
  /** Parquet file of vanished keys; null after a full read, where they follow from the good rows. */
  vanished: string | null
  columns: SourceColumns
  /** Every column that the source has, under its own name; absent where no source was read. */
  found?: FoundColumn[]
  /** A staged file that is as raw holds its rows already. */
  ready?: WrittenFile
  /** False where an empty text is what the source really holds. */
  emptyIsNull: boolean
  /** What made the batch, where it was not DuckDB. */
  engine?: { name: string; version: string }
  /** What a restore found. */
  restored?: RestoreRows
}

/** Reads the source inside one consistent view of it: all rows, or those whose cursor differs from the lake's. */
export async function extractStep(context: RunContext, signal: AbortSignal): Promise<ExtractOutput> {
  const { engine, source, pipeline } = context
  const folder = join(context.folder, 'extract')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const description = await source.describe(signal)
  requireKey(context, description.primaryKey)
  // A column that is gone holds a later batch before it is an error: people may want to decide.
  const bound = sourceColumnsOf(source.url, bindColumns(pipeline.source, description.columns, context.mapping))
  const columns = source.internal ? ((await knownSourceColumns(context)) ?? bound) : bound
  await holdIfColumnsChanged(context, columns)
  const matched = matchColumns(pipeline.source, description.columns, context.mapping)
  const [key, cursor] = [matched.found.get(pipeline.source.key), matched.found.get(pipeline.source.cursor)]

  const raw = await openTable(context.lake, tableSpecs(pipeline)[0]!)
  const snapshot = snapshotOf(raw)
  await using view = await source.open(signal)
  const options: ExtractOptions = {
    signal,
    stage: stageOf(engine, folder),
    progress: (rows) => context.progress('extract', rows, description.rowsEstimate),
    resumeFolder: join(context.folder, 'resume'),
  }
  const known = {
    first: snapshot === undefined,
    columns,
    found: view.columns,
    emptyIsNull: description.primaryKey === undefined,
  }
  if (context.full || snapshot === undefined || key === undefined || cursor === undefined) {
    const all = snapshot ? await view.extract(options) : await extractDeclared(context, view, raw, options)
    requireCounted(all)
    const { counted: _, ...rows } = all
    return { mode: 'full', ...known, ...rows, swept: 0, vanished: null }
  }
  const names = [pipeline.source.key, pipeline.source.cursor]
  const scan = await planScan(context.lake.storage, raw, snapshot)
  const sweep = await sweepSource({
    view,
    options,
    key: key.name,
    cursor: cursor.name,
    known: {
      select: `SELECT ${identifier(names[0]!)} AS key, ${identifier(names[1]!)} AS cursor FROM (${scanSql(scan, { columns: names })})`,
      cursorType: duckdbType(scan.schema.fields.find((field) => field.name === names[1])!.type),
      numbers: engine.numbers,
    },
    again: await liftedKeysSql(context, raw, scan),
    read: (part) => keyAndCursor(context, part, known.emptyIsNull),
  })
  if (sweep.counted !== undefined && sweep.counted !== sweep.seen) throw disagree(sweep.counted, sweep.seen)
  return {
    mode: 'incremental',
    ...known,
    parts: sweep.parts,
    rows: sweep.rows,
    swept: sweep.swept,
    vanished: sweep.vanished,
  }
}

function keyAndCursor(context: RunContext, part: StagedPart, emptyIsNull: boolean): { key: string; cursor: string } {
  const { source } = context.pipeline
  const { found } = bindColumns(source, part.columns, context.mapping)
  const read = (name: string): string => readAs(source, name, found.get(name), emptyIsNull)
  return { key: read(source.key), cursor: read(source.cursor) }
}

/** Throws `source_key_missing` for a table without a primary key of one column; files have none. */
export function requireKey(context: RunContext, primaryKey: readonly string[] | undefined): void {
  if (primaryKey === undefined || primaryKey.length === 1) return
  const found = primaryKey.length === 0 ? 'none' : primaryKey.join(', ')
  throw new BlotterError(
    'source_key_missing',
    `The source table has no usable primary key: expected one column for ${context.pipeline.source.key}, found ${found}. Nothing was read.`,
    {
      todo: `Give the table a primary key: ALTER TABLE … ADD PRIMARY KEY (${context.pipeline.source.key}).`,
      context: { source: context.source.url, found },
    },
  )
}

function requireCounted(extracted: { rows: number; counted?: number }): void {
  if (extracted.counted !== undefined && extracted.counted !== extracted.rows) {
    throw disagree(extracted.counted, extracted.rows)
  }
}

function disagree(counted: number, read: number): BlotterError {
  return new BlotterError('rows_disagree', `The source counts ${counted} rows, ${read} arrived. Nothing was committed.`, {
    todo: 'Run `blotter run` again; if it says the same, report it with `--debug`.',
    context: { counted, read },
  })
}
