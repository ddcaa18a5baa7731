import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { loadConfig } from '../src/config.ts'
import { silentLog } from '../src/log.ts'
import type { RunReport } from '../src/model/report.ts'
import { openPlatform } from '../src/platform.ts'
import type { DatabaseServer } from '../test/services/database-process.ts'
import { startMariaDb } from '../test/services/mariadb.ts'
import { serve } from './served-lake.ts'
import { byReference, python, readByBlotter, readings } from './readings.ts'
import { CHANGES, CONTRADICTING, type Edit, KEPT, SPOILED } from './spark-source.ts'
import { cacheFolder, prepareTrino, startTrino } from './trino.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const timeout = 12 * 60_000
const { BLOTTER_INTEROP_JARS: jars = '' } = process.env
const ROWS = 1200
const day = (number: number): string => `2026-11-${20 + number}T06:00:00Z`

/** What two runs of one batch cannot have in common, by table. */
const OF_A_RUN: Readonly<Record<string, string>> = {
  'processed.crimes_without_arrest': 'processed_at',
  'history.batches': 'run, code_version',
  'quarantine.crimes': 'run',
}

describe('A lake that Spark and DuckDB make in turns', { timeout: 3 * timeout }, () => {
  let folder = ''
  let server: DatabaseServer
  /** By DuckDB alone, and by both. */
  let ours = ''
  let theirs = ''
  let environment: NodeJS.ProcessEnv = {}

  const table = (name: string): string => `${server.url('chicago', name)}&tls=verify&ca=${server.tls.ca}`
  const source = (): string => table('kept')
  const blotter = async (words: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> => {
    const options = { cwd: folder, env: { ...environment, ...env }, timeout, maxBuffer: 1 << 26 }
    const { stdout } = await run(join(root, 'bin', 'blotter'), [...words, '--json'], options)
    return stdout
  }
  const load = async (number: number): Promise<void> => {
    const from = `demo://chicago?rows=${ROWS}&seed=1&day=${number}`
    await blotter(['load', '--from', from, '--into', table('crimes')])
  }
  const edit = async (edits: readonly Edit[]): Promise<void> => {
    for (const { sql } of [...edits, { sql: KEPT }]) await server.admin(`USE chicago; SET sql_mode = ''; ${sql}`)
  }
  const batch = async (lake: string, at: string, engine: string, env?: NodeJS.ProcessEnv): Promise<RunReport> => {
    const words = ['run', '--engine', engine, '--source', source(), '--lake', lake, '--at', at]
    return JSON.parse(await blotter(words, env)) as RunReport
  }
  /** Both lakes have the same rows in every table, as of every batch so far. */
  const requireEqual = async (batches: readonly string[]): Promise<void> => {
    for (const at of batches) {
      const [mine, other] = [await tablesOf(ours, at, folder), await tablesOf(theirs, at, folder)]
      assert.deepEqual([...other.keys()], [...mine.keys()])
      for (const [name, rows] of mine) requireSameRows(`${name} as of ${at}`, rows, other.get(name)!)
    }
  }

  before(async () => {
    assert.ok(existsSync(python), 'Run this by `npm run test:interop`, which makes the environment first.')
    folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
    ours = join(folder, 'duckdb')
    theirs = join(folder, 'both')
    const found = await startMariaDb()
    assert.ok(found, 'MariaDB is missing')
    server = found
    const { stdout } = await run(python, ['-c', 'import os, pyspark; print(os.path.dirname(pyspark.__file__))'])
    environment = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BLOTTER_'))),
      BLOTTER_SOURCE_PASSWORD: server.password,
      BLOTTER_SPARK_HOME: stdout.trim(),
      BLOTTER_SPARK_JARS: jars,
      // A batch this small is over before the JVM's second compiler has paid for itself.
      BLOTTER_SPARK_CONF: 'spark.driver.extraJavaOptions=-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
    }
    await server.admin('CREATE DATABASE chicago')
    await load(0)
    await edit(SPOILED)
  })

  after(async () => {
    await server?.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('begins with a batch by Spark that is equal to the same one by DuckDB, dirty rows and all, in whatever zone Java is', async () => {
    const expected = await batch(ours, day(0), 'duckdb')
    const zone = { TZ: 'America/Chicago', JAVA_TOOL_OPTIONS: '-Duser.timezone=America/Chicago' }
    const report = await batch(theirs, day(0), 'spark', zone)
    assert.deepEqual(toldAlike(report), toldAlike(expected))
    assert.equal(report.rows.quarantined, SPOILED.filter(({ rule }) => rule).length + CONTRADICTING)
    const quarantine = await tablesOf(theirs, day(0), folder)
    const text = quarantine.get('quarantine.crimes')!.join('\n')
    for (const { found } of SPOILED)
      if (found !== undefined) assert.ok(text.includes(found), `${found} is not in quarantine`)
    await requireEqual([day(0)])
  })

  it('goes on through the REST catalog, with what changed', async () => {
    await load(1)
    await edit(CHANGES)
    const expected = await batch(ours, day(1), 'duckdb')
    const served = await serve(theirs)
    try {
      const token = await served.token('spark', 'catalog:read', 'pipeline:write')
      const report = await batch(theirs, day(1), 'spark', { BLOTTER_SPARK_CATALOG: served.url, BLOTTER_SPARK_TOKEN: token })
      assert.deepEqual(toldAlike(report), toldAlike(expected))
      assert.ok(report.changes['vanished'], 'nothing vanished')
    } finally {
      await served.end()
    }
    await requireEqual([day(0), day(1)])
  })

  it('goes on by what is rendered, without Blotter', async () => {
    await load(2)
    await edit([])
    await batch(ours, day(2), 'duckdb')
    const rendered = join(folder, 'rendered')
    await blotter(['spark', 'render', '--source', source(), '--lake', theirs, '--out', rendered])
    const { stdout } = await run('sh', [join(rendered, 'run.sh'), day(2)], {
      env: { ...environment, SPARK_HOME: environment['BLOTTER_SPARK_HOME'] },
      timeout,
      maxBuffer: 1 << 26,
    })
    assert.match(stdout, /"phase": "publish", "state": "succeeded"/)
    await requireEqual([day(0), day(1), day(2)])
  })

  it('is taken over by DuckDB, which finds the same as where it had been alone', async () => {
    await load(3)
    await edit([{ sql: 'UPDATE crimes SET arrest = 1, updated_on = now() WHERE arrest = 2' }])
    const expected = await batch(ours, day(3), 'duckdb')
    assert.deepEqual(toldAlike(await batch(theirs, day(3), 'duckdb')), toldAlike(expected))
    await requireEqual([day(0), day(1), day(2), day(3)])
  })

  it('is as it was after a run by Spark that was killed half-way, and has the batch after the next one', async () => {
    await load(4)
    await edit([])
    const before = await tablesOf(theirs, 'latest', folder)
    await killedAfter(
      'land',
      [join(root, 'bin', 'blotter'), 'run', '--engine', 'spark', '--source', source(), '--lake', theirs],
      {
        cwd: folder,
        env: environment,
        words: ['--at', day(4), '--debug', '--json'],
      },
    )
    const afterwards = await tablesOf(theirs, 'latest', folder)
    for (const [name, rows] of before) requireSameRows(`${name} after a run that died`, rows, afterwards.get(name)!)
    const expected = await batch(ours, day(4), 'duckdb')
    const report = await batch(theirs, day(4), 'spark')
    assert.deepEqual(toldAlike(report), toldAlike(expected))
    await requireEqual([day(0), day(3), day(4)])
  })

  it('is read by Trino with the rows that Blotter tells, whichever engine wrote them', async (t) => {
    const home = await prepareTrino(cacheFolder(), (message) => t.diagnostic(message))
    if (!home) return t.skip('no JDK 25 or no Maven')
    const expected = await readByBlotter(theirs, folder, [0, 1, 2, 3, 4].map(day))
    await using trino = await startTrino(home, { lake: theirs })
    const read = await readings<'table'>('read_trino.py', String(trino.port), ...Object.keys(expected))
    assert.deepEqual(byReference(read), expected)
  })
})

/** What a report says of the batch, and not of the run. */
function toldAlike({ kind, state, rows, repairs, warnings, changes, tables }: RunReport): unknown {
  return { kind, state, rows, repairs, warnings, changes, tables: tables.map(({ name, rows: n }) => ({ name, rows: n })) }
}

/** Every row of every table as of a batch, as text in the order of the texts. */
async function tablesOf(lake: string, at: string, cwd: string): Promise<Map<string, string[]>> {
  const config = loadConfig({ env: {}, flags: { lake }, cwd })
  await using platform = await openPlatform(config, silentLog)
  const tables = new Map<string, string[]>()
  for (const { name } of await platform.tables(at)) {
    const left = OF_A_RUN[name]
    const columns = left === undefined ? '*' : `* exclude (${left})`
    const sql = `select cast(to_json(t) as varchar) as row from (select ${columns} from ${name}) t order by row`
    await using result = await platform.query(sql, { at, signal: AbortSignal.timeout(60_000) })
    const rows: string[] = []
    for await (const chunk of result.rows()) rows.push(...chunk.map((row) => String(row['row'])))
    tables.set(name, rows)
  }
  return tables
}

function requireSameRows(what: string, expected: readonly string[], found: readonly string[]): void {
  const digest = (rows: readonly string[]): string => createHash('sha256').update(rows.join('\n')).digest('hex')
  if (digest(expected) === digest(found)) return
  const [known, other] = [new Set(expected), new Set(found)]
  const lost = expected.filter((row) => !other.has(row)).slice(0, 2)
  const strange = found.filter((row) => !known.has(row)).slice(0, 2)
  assert.fail(
    `${what}: ${expected.length} rows and ${found.length}.\nLost: ${lost.join('\n')}\nStrange: ${strange.join('\n')}`,
  )
}

/** Kills a run as a power cut would, once a step of it has succeeded; what it started ends by itself. */
async function killedAfter(
  step: string,
  [program, ...first]: readonly string[],
  { words, ...options }: { cwd: string; env: NodeJS.ProcessEnv; words: readonly string[] },
): Promise<void> {
  const child: ChildProcess = spawn(program!, [...first, ...words], { ...options, stdio: ['ignore', 'ignore', 'pipe'] })
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let reached = false
  for await (const line of createInterface(child.stderr!)) {
    if (!line.startsWith('{')) continue
    const told = JSON.parse(line) as { step?: string; state?: string }
    if (told.step !== step || told.state !== 'succeeded') continue
    reached = true
    child.kill('SIGKILL')
    break
  }
  await gone
  assert.ok(reached, `the run ended before step ${step} had`)
}
