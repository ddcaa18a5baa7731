import { join } from 'node:path'
import type { Engine, WrittenFile } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { RawDefinition, SourceDefinition } from '../model/pipeline.ts'
import type { Schema } from '../model/schema.ts'
import { identifier } from '../model/sql-text.ts'
import type { StagedPart } from '../source/source.ts'
import { bindColumns, matchColumns } from './columns.ts'
import { disorder, newestContents, repeatedKeys } from './duplicates.ts'
import { type BoundPart, goodRows, parquet } from './part-sql.ts'
import { quarantinedKeys, quarantineRows } from './quarantine.ts'
import { type Survey, surveyParts } from './survey.ts'
import { columnWarnings, warningCounts } from './warnings.ts'

export interface CheckInput {
  engine: Engine
  parts: readonly StagedPart[]
  definition: SourceDefinition
  raw: RawDefinition
  /** Found name → declared name, from the configuration. */
  mapping: Readonly<Record<string, string>>
  /** True for files, whose empty text is no value; false where the source holds empty texts and NULLs side by side. */
  emptyIsNull: boolean
  batchAt: BatchAt
  /** An existing folder that the result's files are written into. */
  folder: string
  /**
   * How the file of good rows has to be for a table to take it: SQL of a further column, and field ids. A `ready` staged file
   * is so already; it is taken if it is the only one, in key order, and nothing in it is broken or repaired.
   */
  landing?: { stamp: string; schema: Schema; ready?: WrittenFile }
}

/** What became of the rows that were read: read = good + quarantined + collapsed. Plain data, to be kept between steps. */
export interface CheckedRows {
  read: number
  /** Parquet of the declared columns in their order and types, sorted by key, each key once; `written` if a table can take it. */
  good: { file: string; rows: number; written?: WrittenFile }
  /** Parquet of texts: rule, key, every declared column as found, extra (JSON of what is not declared). */
  quarantine: { file: string; rows: number; byRule: Record<string, number> }
  /** SELECT of the keys (never NULL, each once) of quarantined rows, as far as they can be read. */
  quarantinedKeys: string
  /** Exact repeats and older versions of a key: they count as unchanged. */
  collapsed: number
  /** Values repaired in rows that broke no rule by themselves, by repair; repairs with none are left out. */
  repairs: Record<string, number>
  /** Good rows by warning; `missing_column` and `unknown_column` count columns. Warnings with none are left out. */
  warnings: Record<string, number>
  /** Names behind `missing_column` (declared) and `unknown_column` (as found). */
  columns: { missing: string[]; unknown: string[] }
}

/**
 * Parts staged rows into good and quarantined ones. Throws what `matchColumns` throws, and `rows_disagree` if a row is
 * neither good nor quarantined nor collapsed; then the files in `folder` mean nothing.
 */
export async function checkRows(input: CheckInput): Promise<CheckedRows> {
  const { engine, definition, folder } = input
  const all = bindParts(input)
  const read = all.reduce((sum, { part }) => sum + part.rows, 0)
  const parts = all.filter(({ part }) => part.files.length > 0)
  const sound = parts.filter(({ part }) => part.rule === undefined)
  const quarantine = join(folder, 'quarantine.parquet')

  const survey = await surveyParts(engine, definition, sound)
  const { written, repeats } = await writeGood(
    input,
    goodRows(definition, sound, survey.broken),
    readyFile(input, parts, survey),
  )
  const { rows, path } = written
  const byRule = await writeQuarantine(input, rows < read ? parts : [], repeats, quarantine)
  const quarantined = Object.values(byRule).reduce((sum, n) => sum + n, 0)
  const collapsed = repeats ? repeats.rows - repeats.kept - repeats.conflicts : 0
  requireConserved(read, rows, quarantined, collapsed)

  const columns = columnWarnings(all)
  return {
    read,
    good: { file: path, rows, ...(input.landing ? { written } : {}) },
    quarantine: { file: quarantine, rows: quarantined, byRule },
    quarantinedKeys: quarantinedKeys(definition, parquet(quarantine)),
    collapsed,
    repairs: survey.repairs,
    warnings: counted({
      ...(await countWarnings(input, path)),
      missing_column: columns.missing.length,
      unknown_column: columns.unknown.length,
    }),
    columns,
  }
}

function bindParts({ parts, definition, mapping, emptyIsNull }: CheckInput): BoundPart[] {
  return parts.map((part) => {
    const bind = part.rule === undefined ? matchColumns : bindColumns
    return { part, matching: bind(definition, part.columns, mapping), emptyIsNull }
  })
}

/** Rows whose key stands more than once: how many, where the newest contents are, how many of those were kept. */
interface Repeats {
  rows: number
  file: string
  kept: number
  /** Contents that contradict each other under one key and cursor. */
  conflicts: number
}

/** The staged file that is ready for a table, if there is no row beside it, and none in it that was broken or repaired. */
function readyFile(
  { landing }: CheckInput,
  parts: readonly BoundPart[],
  { broken, repairs }: Survey,
): WrittenFile | undefined {
  const files = parts.flatMap(({ part }) => part.files)
  const untouched = broken.size === 0 && Object.keys(repairs).length === 0
  return untouched && files.length === 1 && files[0] === landing?.ready?.path ? landing?.ready : undefined
}

/** Rows that come in ascending key order, as a database's do, are neither searched for repeats nor sorted. */
async function writeGood(
  input: CheckInput,
  values: string,
  ready: WrittenFile | undefined,
): Promise<{ written: WrittenFile; repeats?: Repeats }> {
  const { engine, definition, folder, landing } = input
  const names = definition.columns.map((column) => identifier(column.name)).join(', ')
  const key = identifier(definition.key)
  const write = (rows: string, order = ''): Promise<WrittenFile> => {
    const select = `SELECT *${landing ? `, ${landing.stamp}` : ''} FROM (${rows})${order}`
    return engine.writeParquet(select, join(folder, 'good.parquet'), landing?.schema)
  }
  if ((await countOf(engine, disorder(definition, values), 'disorder')) === 0) {
    return { written: ready ?? (await write(values)) }
  }
  const keys = join(folder, 'repeated-keys.parquet')
  if ((await engine.writeParquet(repeatedKeys(definition, values), keys)).rows === 0) {
    return { written: await write(values, ` ORDER BY ${key}`) }
  }
  const repeated = `SELECT ${key} FROM ${parquet(keys)}`
  const repeats = await resolveRepeats(input, `SELECT * FROM (${values}) WHERE ${key} IN (${repeated})`)
  const single = `SELECT * FROM (${values}) WHERE ${key} NOT IN (${repeated})`
  const chosen = `SELECT ${names} FROM ${parquet(repeats.file)} WHERE contents = 1`
  return { written: await write(`${single} UNION ALL ${chosen}`, ` ORDER BY ${key}`), repeats }
}

async function resolveRepeats({ engine, definition, folder }: CheckInput, rows: string): Promise<Repeats> {
  const file = join(folder, 'repeats.parquet')
  const total = await countOf(engine, `SELECT count(*) AS n FROM (${rows})`, 'n')
  await engine.writeParquet(newestContents(definition, rows), file)
  const kept = await countOf(engine, `SELECT count(*) AS n FROM ${parquet(file)} WHERE contents = 1`, 'n')
  const conflicts = await countOf(engine, `SELECT count(*) AS n FROM ${parquet(file)} WHERE contents > 1`, 'n')
  return { rows: total, file, kept, conflicts }
}

/** Reads the parts again; the caller gives none where there is nothing to find, as in most sources. */
async function writeQuarantine(
  { engine, definition }: CheckInput,
  parts: readonly BoundPart[],
  repeats: Repeats | undefined,
  file: string,
): Promise<Record<string, number>> {
  const contrary = repeats && repeats.conflicts > 0 ? repeats.file : undefined
  const conflicts = contrary && `SELECT * FROM ${parquet(contrary)} WHERE contents > 1`
  await engine.writeParquet(quarantineRows(definition, parts, conflicts), file)
  const rows = await engine.rows(`SELECT rule, count(*) AS n FROM ${parquet(file)} GROUP BY rule ORDER BY rule`)
  return Object.fromEntries(rows.map((row) => [String(row['rule']), Number(row['n'])]))
}

async function countWarnings(input: CheckInput, file: string): Promise<Record<string, number>> {
  const sql = warningCounts(input.raw, input.definition, input.batchAt, `SELECT * FROM ${parquet(file)}`)
  const [row] = sql === undefined ? [] : await input.engine.rows(sql)
  return Object.fromEntries(Object.entries(row ?? {}).map(([name, n]) => [name, Number(n)]))
}

function counted(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, n]) => n > 0))
}

async function countOf(engine: Engine, sql: string, name: string): Promise<number> {
  const [row] = await engine.rows(sql)
  return Number(row?.[name] ?? 0)
}

function requireConserved(read: number, good: number, quarantined: number, collapsed: number): void {
  if (read === good + quarantined + collapsed) return
  throw new BlotterError(
    'rows_disagree',
    `${read} rows were read, but ${good} are good, ${quarantined} quarantined, ${collapsed} repeats. Nothing was committed.`,
    {
      todo: 'Run `blotter run` again; if it says the same, report it with `--debug`.',
      context: { read, good, quarantined, collapsed },
    },
  )
}
