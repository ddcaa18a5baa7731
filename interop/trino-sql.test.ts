import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { namedQueries, views } from '../infra/lib/athena-sql.ts'
import { openDuckDb } from '../src/engine/duckdb/engine.ts'
import { loadPipeline } from '../src/pipeline/definition/load.ts'
import { referenceSql } from '../src/transform/render.ts'
import { type ReferenceRows, trinoQuery } from './trino-query.ts'
import { cacheFolder, prepareTrino, startTrino, type Trino } from './trino.ts'

interface Reading {
  table: string
  columns: string[]
  rows: number
  hash: string
}

const run = promisify(execFile)
const timeout = 10 * 60_000
const { BLOTTER_INTEROP_PYTHON: python = '' } = process.env
const [FIRST, SECOND] = ['2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z'] as const
/** When a row was derived differs from run to run by its nature. */
const STAMP = 'processed_at'

describe('The pipeline’s own SQL, run by Trino', { timeout: 2 * timeout }, async () => {
  const pipeline = await loadPipeline(join(import.meta.dirname, '../pipelines/chicago-crimes'))
  const home = await prepareTrino(cacheFolder(), (message) => process.stderr.write(`${message}\n`))
  const skip = home ? false : 'Trino is left out: it wants a JDK 25 and Maven.'
  let folder = ''
  let trino: Trino | undefined
  const references: Record<string, ReferenceRows> = {}

  const readings = async (...references: string[]): Promise<Reading[]> => {
    const args = [join(import.meta.dirname, 'read_trino.py'), String(trino!.port), ...references]
    const { stdout } = await run(python, args, { timeout, maxBuffer: 1 << 26 })
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Reading)
  }

  before(async () => {
    if (!home) return
    assert.ok(existsSync(python), 'Run this by `npm run test:interop`, which makes the environment first.')
    folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
    for (const [day, at] of [FIRST, SECOND].entries()) {
      const source = `demo://chicago?rows=3000&seed=1&day=${day}`
      const words = ['run', '--source', source, '--at', at, '--lake', join(folder, 'lake'), '--json']
      await run(join(import.meta.dirname, '../bin/blotter'), words, { cwd: folder, timeout })
    }
    await using engine = await openDuckDb({ memoryBytes: 2 ** 28, spillFolder: join(folder, 'spill') })
    for (const { name, file } of pipeline.reference) {
      const rows = await engine.rows(referenceSql(file))
      references[name] = { columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row) as string[]) }
    }
    trino = await startTrino(home, { lake: join(folder, 'lake') })
  })
  after(async () => {
    await trino?.[Symbol.asyncDispose]()
    if (folder !== '') await rm(folder, { recursive: true, force: true })
  })

  for (const table of pipeline.tables) {
    it(`makes ${table.name} with the rows that the lake has`, { skip }, async () => {
      const columns = table.columns.filter(({ name }) => name !== STAMP).map(({ name }) => name)
      const sql = trinoQuery(table, { batchAt: SECOND, processedAt: SECOND }, references)
      const name = table.name.replace('.', '_')
      const [made, kept] = await readings(
        'CREATE SCHEMA IF NOT EXISTS views',
        `CREATE OR REPLACE VIEW views.made_${name} AS SELECT ${columns.join(', ')} FROM (${sql})`,
        `CREATE OR REPLACE VIEW views.kept_${name} AS SELECT ${columns.join(', ')} FROM ${table.name}`,
        `views.made_${name}`,
        `views.kept_${name}`,
      )
      assert.ok(kept!.rows > 0)
      assert.deepEqual({ ...made, table: '' }, { ...kept, table: '' })
    })
  }

  it('sees a batch of the past through a view, deletes included', { skip }, async () => {
    const [view, table] = await readings(
      'CREATE SCHEMA IF NOT EXISTS views',
      `CREATE OR REPLACE VIEW views.crimes_first AS SELECT * FROM raw.crimes FOR VERSION AS OF '${FIRST}'`,
      'views.crimes_first',
      `raw.crimes@${FIRST}`,
    )
    assert.equal(view!.rows, 3000)
    assert.deepEqual({ ...view, table: '', tag: '' }, { ...table, table: '', tag: '' })
    const [now] = await readings('raw.crimes')
    assert.notEqual(now!.hash, view!.hash)
  })

  it('runs the queries and views of the workgroup on AWS, with the columns that Glue is told', { skip }, async () => {
    const queries = Object.values(namedQueries(pipeline, FIRST)).map(({ sql }) => inMicroseconds(sql))
    const made = Object.entries(views(pipeline)).flatMap(([name, { sql, columns }]) => {
      const typed = columns.map((column) => `IF(typeof("${column.name}") = '${column.type}', 1, fail('${column.name}'))`)
      // The lake is not a day old.
      const past = sql.replace("INTERVAL '1' DAY", "INTERVAL '1' SECOND")
      return [
        inMicroseconds(`CREATE OR REPLACE VIEW views.${name} AS ${past}`),
        inMicroseconds(`SELECT ${typed.join(', ')} FROM views.${name}`),
        `views.${name}`,
      ]
    })
    const [raw, processed, changes] = await readings('CREATE SCHEMA IF NOT EXISTS views', ...queries, ...made)
    const [rawNow, processedNow] = await readings('raw.crimes', 'processed.crimes_without_arrest')
    assert.deepEqual([raw!.rows, processed!.rows], [rawNow!.rows, processedNow!.rows])
    assert.ok(changes!.rows > 0)
  })
})

/** Views that Iceberg's own catalog keeps have microseconds; those of Glue have not. */
function inMicroseconds(sql: string): string {
  return sql.replaceAll('timestamp(3)', 'timestamp(6)')
}
