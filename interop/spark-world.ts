import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loadConfig } from '../src/config.ts'
import { silentLog } from '../src/log.ts'
import type { RunReport } from '../src/model/report.ts'
import { openPlatform } from '../src/platform.ts'
import { startMariaDb } from '../test/services/mariadb.ts'
import { python } from './readings.ts'
import { type Edit, KEPT } from './spark-source.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const { BLOTTER_INTEROP_JARS: jars = '' } = process.env
export const sparkTimeout = 12 * 60_000
export const program = join(root, 'bin', 'blotter')

/** The batch of a day, which the days of the synthetic city are. */
export const day = (number: number): string => `2026-11-${20 + number}T06:00:00Z`

/** A lake, and what the environment has to say of it. */
export interface NamedLake {
  lake: string
  env: Readonly<Record<string, string>>
}

/** A table of MariaDB that people have kept by hand, and what makes batches of it, by Spark and by DuckDB. */
export interface SparkWorld {
  folder: string
  source: string
  environment: NodeJS.ProcessEnv
  /** Puts a day of the synthetic city into the table. */
  load(day: number): Promise<void>
  edit(edits: readonly Edit[]): Promise<void>
  batch(lake: NamedLake, at: string, engine: 'spark' | 'duckdb', env?: NodeJS.ProcessEnv): Promise<RunReport>
  /** The same by what `blotter spark render` writes, without Blotter; gives what it printed. `staged` is where it keeps rows between phases. */
  batchByItself(lake: NamedLake, at: string, staged?: string): Promise<string>
  /** Every row of every table as of a batch, as text in the order of the texts. */
  tablesOf(lake: NamedLake, at: string): Promise<Map<string, string[]>>
  /** Both lakes have the same rows in every table, as of each of these batches. */
  requireEqual(ours: NamedLake, theirs: NamedLake, batches: readonly string[]): Promise<void>
  stop(): Promise<void>
}

export async function startSparkWorld(rows: number): Promise<SparkWorld> {
  assert.ok(existsSync(python), 'Run this by `npm run test:interop`, which makes the environment first.')
  const folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
  const server = await startMariaDb()
  assert.ok(server, 'MariaDB is missing')
  await server.admin('CREATE DATABASE chicago')
  const { stdout } = await run(python, ['-c', 'import os, pyspark; print(os.path.dirname(pyspark.__file__))'])
  const environment: NodeJS.ProcessEnv = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BLOTTER_'))),
    BLOTTER_SOURCE_PASSWORD: server.password,
    BLOTTER_SPARK_HOME: stdout.trim(),
    BLOTTER_SPARK_JARS: jars,
    // A batch this small is over before the JVM's second compiler has paid for itself.
    BLOTTER_SPARK_CONF: 'spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
  }
  const table = (name: string): string => `${server.url('chicago', name)}&tls=verify&ca=${server.tls.ca}`
  const source = table('kept')
  const blotter = async (words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const options = { cwd: folder, env: { ...environment, ...env }, timeout: sparkTimeout, maxBuffer: 1 << 26 }
    return (await run(program, [...words, '--json'], options)).stdout
  }
  const tablesOf: SparkWorld['tablesOf'] = (lake, at) => readTables(lake, at, folder)
  return {
    folder,
    source,
    environment,
    async load(number) {
      await blotter(['load', '--from', `demo://chicago?rows=${rows}&seed=1&day=${number}`, '--into', table('crimes')])
    },
    async edit(edits) {
      for (const { sql } of [...edits, { sql: KEPT }]) await server.admin(`USE chicago; SET sql_mode = ''; ${sql}`)
    },
    async batch({ lake, env: named }, at, engine, env = {}) {
      const words = ['run', '--engine', engine, '--source', source, '--lake', lake, '--at', at]
      return JSON.parse(await blotter(words, { ...named, ...env })) as RunReport
    },
    async batchByItself({ lake, env }, at, staged) {
      const rendered = join(folder, 'rendered')
      await blotter(['spark', 'render', '--source', source, '--lake', lake, '--out', rendered], env)
      if (staged !== undefined) {
        const work = join(rendered, 'work.json')
        const told = JSON.parse(await readFile(work, 'utf8')) as Record<string, unknown>
        await writeFile(work, JSON.stringify({ ...told, folder: staged }))
      }
      const words = [join(rendered, 'run.sh'), at]
      const own = { ...environment, SPARK_HOME: environment['BLOTTER_SPARK_HOME'] }
      return (await run('sh', words, { env: own, timeout: sparkTimeout, maxBuffer: 1 << 26 })).stdout
    },
    tablesOf,
    async requireEqual(ours, theirs, batches) {
      for (const at of batches) {
        const [mine, other] = [await tablesOf(ours, at), await tablesOf(theirs, at)]
        assert.deepEqual([...other.keys()], [...mine.keys()])
        for (const [name, rows] of mine) requireSameRows(`${name} as of ${at}`, rows, other.get(name)!)
      }
    },
    async stop() {
      await server.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What two runs of one batch cannot have in common, by table. */
const OF_A_RUN: Readonly<Record<string, string>> = {
  'processed.crimes_without_arrest': 'processed_at',
  'history.batches': 'run, code_version',
  'quarantine.crimes': 'run',
}

/** What a report says of the batch, and not of the run. */
export function toldAlike({ kind, state, rows, repairs, warnings, changes, tables }: RunReport): unknown {
  return { kind, state, rows, repairs, warnings, changes, tables: tables.map(({ name, rows: n }) => ({ name, rows: n })) }
}

async function readTables({ lake, env }: NamedLake, at: string, cwd: string): Promise<Map<string, string[]>> {
  const config = loadConfig({ env, flags: { lake }, cwd })
  await using platform = await openPlatform(config, silentLog)
  const tables = new Map<string, string[]>()
  for (const { name } of await platform.tables(at)) {
    const left = OF_A_RUN[name]
    const columns = left === undefined ? '*' : `* exclude (${left})`
    const sql = `select cast(to_json(t) as varchar) as row from (select ${columns} from ${name}) t order by row`
    await using result = await platform.query(sql, { at, signal: AbortSignal.timeout(sparkTimeout) })
    const rows: string[] = []
    for await (const chunk of result.rows()) rows.push(...chunk.map((row) => String(row['row'])))
    tables.set(name, rows)
  }
  return tables
}

export function requireSameRows(what: string, expected: readonly string[], found: readonly string[]): void {
  const digest = (rows: readonly string[]): string => createHash('sha256').update(rows.join('\n')).digest('hex')
  if (digest(expected) === digest(found)) return
  const [known, other] = [new Set(expected), new Set(found)]
  const lost = expected.filter((row) => !other.has(row)).slice(0, 2)
  const strange = found.filter((row) => !known.has(row)).slice(0, 2)
  assert.fail(
    `${what}: ${expected.length} rows and ${found.length}.\nLost: ${lost.join('\n')}\nStrange: ${strange.join('\n')}`,
  )
}
