import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine, Row } from '../../src/engine/engine.ts'
import type { RawDefinition, SourceColumn, SourceDefinition } from '../../src/model/pipeline.ts'
import { identifier, literal } from '../../src/model/sql-text.ts'
import { type CheckedRows, type CheckInput, checkRows } from '../../src/quality/check.ts'
import { foundIdentifier, readColumn } from '../../src/quality/read.ts'
import { type FoundColumn, STAGED_SQL_TYPE, type StagedPart, type StagedType } from '../../src/source/source.ts'

/** Incidents of no city in particular, with a column of every kind. */
export const DEFINITION: SourceDefinition = {
  table: 'incidents',
  key: 'id',
  cursor: 'seen',
  occurred: 'at',
  required: ['id', 'at'],
  timezone: 'America/Chicago',
  columns: [
    { name: 'id', type: 'long', doc: '' },
    { name: 'at', type: 'timestamp', doc: '' },
    { name: 'code', type: 'string', code: { width: 4 }, doc: '' },
    { name: 'open', type: 'boolean', doc: '' },
    { name: 'ward', type: 'int', doc: '' },
    { name: 'lat', type: 'double', doc: '' },
    { name: 'note', type: 'string', aliases: ['Remark'], doc: '' },
    { name: 'seen', type: 'timestamp', doc: '' },
  ],
}

export const RAW: RawDefinition = { warnings: { far: 'lat > 50', future: '"at" > :now' }, kinds: {} }

/** What a reading made of a value: the value, the rule that it breaks, the repairs that were done. */
export type Outcome = [value: unknown, rule: string | null, ...repairs: string[]]

export interface Bench {
  engine: Engine
  /** Reads values staged as one type as a declared column. */
  read(
    column: Partial<SourceColumn>,
    staged: StagedType,
    values: readonly unknown[],
    emptyIsNull?: boolean,
  ): Promise<Outcome[]>
  /** Stages rows of values; columns are `name` (text) or `name:type`. */
  stage(columns: readonly string[], rows: readonly (readonly unknown[])[], rule?: string): Promise<StagedPart>
  check(parts: readonly StagedPart[], options?: Partial<CheckInput>): Promise<Checked>
}

export interface Checked extends CheckedRows {
  goodRows: Row[]
  quarantineRows: Row[]
  keys: unknown[]
}

/** A real engine and a folder, gone when the tests of this file are. */
export async function openBench(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), 'blotter-'))
  const engine = await openDuckDb({ memoryBytes: 256 << 20, spillFolder: join(root, 'spill') })
  after(async () => {
    await engine[Symbol.asyncDispose]()
    await rm(root, { recursive: true, force: true })
  })
  let files = 0

  return {
    engine,
    async read(given, staged, values, emptyIsNull = true) {
      const column: SourceColumn = { name: 'it', type: 'string', doc: '', ...given }
      const { value, present, rule, repairs } = readColumn(column, staged, emptyIsNull)
      const names = Object.keys(repairs)
      const done = Object.values(repairs).map((condition) => `CASE WHEN ${condition} THEN 1 ELSE 0 END`)
      const sql = `SELECT ${identifier('it')}, [${done.join(', ')}] AS done, ${present ?? 'false'} AS present FROM (
        SELECT *, ${value} AS ${identifier('it')} FROM (
          SELECT unnest([${values.map(sqlOf).join(', ')}]::${STAGED_SQL_TYPE[staged]}[]) AS ${foundIdentifier('it')}))`
      return (await engine.rows(sql)).map((row): Outcome => {
        const broken = row['present'] === true && row['it'] === null
        const repaired = names.filter((_, i) => (row['done'] as number[])[i] === 1)
        return [row['it'], broken ? (rule ?? null) : null, ...(broken ? [] : repaired)]
      })
    },
    async stage(columns, rows, rule) {
      const found = columns.map(foundColumn)
      const file = join(root, `staged-${++files}.parquet`)
      const values = found.map((c, i) => `CAST(c${i} AS ${STAGED_SQL_TYPE[c.type]}) AS ${identifier(c.name)}`).join(', ')
      const names = found.map((_, i) => `c${i}`).join(', ')
      const some = rows.length > 0 ? rows : [found.map(() => null)]
      const from = some.map((row) => `(${row.map(sqlOf).join(', ')})`).join(', ')
      await engine.writeParquet(`SELECT ${values} FROM (VALUES ${from}) t(${names}) LIMIT ${rows.length}`, file)
      return { files: [file], columns: found, rows: rows.length, ...(rule === undefined ? {} : { rule }) }
    },
    async check(parts, options = {}) {
      const folder = join(root, `checked-${++files}`)
      await mkdir(folder)
      const usual = { definition: DEFINITION, raw: RAW, mapping: {}, emptyIsNull: true, batchAt: BATCH_AT }
      const checked = await checkRows({ engine, parts, folder, ...usual, ...options })
      return {
        ...checked,
        goodRows: await engine.rows(`SELECT * FROM read_parquet(${literal(checked.good.file)})`),
        quarantineRows: await engine.rows(`SELECT * FROM read_parquet(${literal(checked.quarantine.file)}) ORDER BY ALL`),
        keys: (await engine.rows(`${checked.quarantinedKeys} ORDER BY ALL`)).map((row) => Object.values(row)[0]),
      }
    },
  }
}

export const BATCH_AT = '2026-11-23T06:00:00Z'

export function foundColumn(text: string): FoundColumn {
  const [, name, type = 'text'] = /^(.*?)(?::(text|boolean|long|double|date|timestamp))?$/s.exec(text)!
  return { name: name!, type: type as StagedType, declared: type }
}

function sqlOf(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (typeof value === 'number' && !Number.isFinite(value)) return `CAST('${value}' AS DOUBLE)`
  return typeof value === 'string' ? literal(value) : String(value)
}
