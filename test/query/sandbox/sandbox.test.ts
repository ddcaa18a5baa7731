import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { BlotterError, interrupted } from '../../../src/errors.ts'
import type { QueryLimits, ResultForm } from '../../../src/query/sandbox/protocol.ts'
import { openSandbox, type Sandbox, type SandboxedResult } from '../../../src/query/sandbox/sandbox.ts'

const PROGRAM = fileURLToPath(new URL('../../../src/platform/serving/query-process.ts', import.meta.url))
const MOST: QueryLimits = {
  timeMs: 20_000,
  memoryBytes: 128 << 20,
  threads: 1,
  rows: 1000,
  resultBytes: 1 << 20,
  spillBytes: 64 << 20,
}

let folder: string
let data: string
let sandbox: Sandbox

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  data = join(folder, 'lake', 'crimes.parquet')
  await using writer = await openDuckDb({ memoryBytes: 128 << 20, spillFolder: join(folder, 'spill'), threads: 1 })
  const crimes = `SELECT 9007199254740993 + range AS id, '=cmd|''/c calc''!A' || range AS note, range / 3.0::DOUBLE AS share FROM range(5000)`
  await writer.writeParquet(crimes, data)
  await writer.writeParquet('SELECT 1 AS secret', join(folder, 'lake', 'other.parquet'))
  await writeFile(join(folder, 'state.sqlite'), 'the state database')
  process.env['BLOTTER_CANARY'] = 'canary-of-the-environment'
  sandbox = openSandbox({
    program: PROGRAM,
    folder: join(folder, 'work'),
    most: MOST,
    working: 2,
    waiting: 2,
    waitMs: 10_000,
  })
})
after(async () => {
  await sandbox[Symbol.asyncDispose]()
  delete process.env['BLOTTER_CANARY']
  await rm(folder, { recursive: true, force: true })
})

interface Asked extends Partial<QueryLimits> {
  form?: ResultForm
  signal?: AbortSignal
  asker?: string
}

function run(
  sql: string,
  { form = 'rows', signal = new AbortController().signal, asker = 'somebody', ...limits }: Asked = {},
): Promise<SandboxedResult> {
  const query = {
    sql,
    batchAt: '2026-11-23T06:00:00Z',
    tables: ['raw.crimes'],
    functions: [{ name: 'crimes_at', example: "crimes_at('latest')", parameters: 1 }],
    scan: async () => ({ sql: `SELECT * FROM read_parquet('${data}')`, files: [data] }),
    form,
    limits: { ...MOST, ...limits },
  }
  return sandbox.run(query, asker, signal)
}

async function rowsOf(sql: string, asked: Asked = {}): Promise<unknown[]> {
  await using result = await run(sql, asked)
  return result.text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
}

const codeOf =
  (code: string, pattern: RegExp = /./) =>
  (error: unknown) => {
    assert.ok(error instanceof BlotterError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, pattern)
    return true
  }

test('a query gives its rows as lines of JSON, with columns and whole numbers beyond 2^53 as text', async () => {
  await using result = await run('select id, share from raw.crimes order by id limit 2')
  assert.deepEqual(result.columns, [
    { name: 'id', type: 'BIGINT' },
    { name: 'share', type: 'DOUBLE' },
  ])
  assert.equal(result.text, '["9007199254740993",0]\n["9007199254740994",0.3333333333333333]\n')
  assert.equal(result.isTruncated, false)
  assert.deepEqual(await rowsOf("select count(*) from crimes_at('latest~1')"), [[5000]])
})

test('what writes, reads files, attaches, sets or loads is refused, and all files are as before', async () => {
  const before = await readFile(data)
  const state = join(folder, 'state.sqlite')
  const other = join(folder, 'lake', 'other.parquet')
  for (const sql of [
    `select * from read_text('${state}')`,
    `select * from '${other}'`,
    `from read_parquet('${other}')`,
    `from glob('${folder}/*')`,
    `describe '${other}'`,
    `from query('select 1')`,
    `copy (select 1) to '${data}'`,
    `copy raw.crimes to '${join(folder, 'out.csv')}'`,
    `attach '${join(folder, 'x.db')}' as x`,
    "set memory_limit = '10GB'",
    'pragma database_list',
    'install httpfs',
    'load httpfs',
    'insert into raw.crimes select * from raw.crimes',
    'select 1; select 2',
    "export database '/tmp/x'",
    "select getenv('BLOTTER_CANARY')",
    "select current_setting('temp_directory')",
    'from duckdb_settings()',
    'from pg_settings',
    'select value from pg_catalog."PG_settings"',
    'from pragma_database_list',
    'select path from duckdb_databases',
    'from duckdb_logs',
    'from duckdb_secrets()',
    "select 'a\0b'",
    "from read_blob('/proc/self/environ')",
    "select * from 'https://example.org/x.parquet'",
  ])
    await assert.rejects(rowsOf(sql), codeOf('query_refused'), sql)
  assert.deepEqual(await readFile(data), before)
  assert.deepEqual((await readdir(folder)).sort(), ['lake', 'state.sqlite', 'work'])
  assert.deepEqual((await readdir(join(folder, 'lake'))).sort(), ['crimes.parquet', 'other.parquet'])
})

test('the engine itself keeps to the files of the batch, whatever the parser has let through', async () => {
  const other = join(folder, 'lake', 'other.parquet')
  const query = {
    sql: 'select * from raw.crimes',
    batchAt: '2026-11-23T06:00:00Z',
    tables: ['raw.crimes'],
    functions: [],
    // A macro is bound when it is called, so that this one reads after the engine has been locked.
    scan: async () => ({
      sql: `SELECT * FROM read_parquet('${data}') UNION ALL BY NAME SELECT * FROM read_parquet('${other}')`,
      files: [data],
    }),
    form: 'rows' as const,
    limits: MOST,
  }
  await assert.rejects(
    sandbox.run(query, 'somebody', new AbortController().signal),
    codeOf('lake_damaged', /disabled by configuration/),
  )
})

test('mistakes are told with their place', async () => {
  const place = async (sql: string) => {
    const error = await rowsOf(sql).then(
      () => assert.fail('it ran'),
      (failed: BlotterError) => failed,
    )
    assert.equal(error.code, 'query_failed', error.message)
    return [error.context['line'], error.context['column']]
  }
  assert.deepEqual(await place('selec 1'), [1, 1])
  assert.deepEqual(await place('select id,\n  nonsense from raw.crimes'), [2, 3])
  assert.deepEqual(await place("select id,\n  'é', from from raw.crimes"), [2, 13])
  assert.deepEqual(await place(`select '${'x'.repeat(200)}', foo(1), '${'y'.repeat(200)}'`), [1, 212])
  assert.deepEqual(await place('explain select nonsense from raw.crimes'), [1, 16])
  assert.deepEqual(await place('explain selec 1'), [1, 9])
})

test('a query without an end is ended when its time is over', async () => {
  const endless = 'with recursive t(n) as (select 1 union all select n + 1 from t where n > 0) select max(n) from t'
  await assert.rejects(rowsOf(endless, { timeMs: 1500 }), codeOf('query_beyond_limits', /longer than 1.5 seconds/))
  assert.deepEqual(await rowsOf('select 1'), [[1]])
})

test('of ten million rows the first are given, and the rest is not made', async () => {
  await using result = await run("select range as n, repeat('x', 20) as t from range(10000000)")
  assert.equal(result.isTruncated, true)
  assert.equal(result.rows, 1000)
  await using wide = await run("select repeat('x', 2000) as t from range(10000000)", { rows: 1_000_000 })
  assert.equal(wide.isTruncated, true)
  assert.ok(wide.rows > 400 && wide.text.length <= MOST.resultBytes, `${wide.rows} rows`)
})

test('a memory bomb ends itself and nothing else', async () => {
  for (const sql of [
    "select length(repeat('x', 3000000000))",
    'select len(list(range)) from range(1000000000)',
    "select len(string_agg(repeat('x', 1000), '')) from range(100000000)",
    'select count(*) from (select range, hash(range) as h from range(300000000) order by h)',
  ])
    await assert.rejects(rowsOf(sql), (error: BlotterError) => {
      assert.ok(['query_beyond_limits', 'query_crashed'].includes(error.code), `${error.code} ${error.message}`)
      return true
    })
  assert.deepEqual(await rowsOf('select 1'), [[1]])
})

const onLinux = process.platform === 'linux' ? false : 'only Linux tells of processes in /proc'

test(
  'a process that is killed from outside is a crash that is told, and the next query runs',
  { skip: onLinux },
  async () => {
    const work = join(folder, 'work')
    const failing = rowsOf('select count(*) from range(100000000000) as a')
    const pids = async (): Promise<string[]> => {
      const found = []
      for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
        const cwd = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
        const ppid = / \d+ \(.*\) \S (\d+)/.exec(` ${await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')}`)?.[1]
        if (cwd.includes('query-process.ts') && ppid === String(process.pid)) found.push(pid)
      }
      return found
    }
    await pause(1000)
    for (const pid of await pids()) process.kill(Number(pid), 'SIGSEGV')
    await assert.rejects(failing, codeOf('query_crashed', /SIGSEGV/))
    assert.deepEqual(await rowsOf('select 2'), [[2]])
    assert.ok((await readdir(work)).length <= 1, 'one spare process at most has a folder')
  },
)

test('a query that is cancelled is killed at once', async () => {
  const stop = new AbortController()
  const running = rowsOf('select count(*) from range(100000000000) as a', { signal: stop.signal })
  await pause(500)
  const begin = performance.now()
  stop.abort(interrupted())
  stop.abort(interrupted())
  await assert.rejects(running, codeOf('interrupted'))
  assert.ok(performance.now() - begin < 1000)
  await assert.rejects(rowsOf('select 1', { signal: stop.signal }), codeOf('interrupted'))
})

test('more than may wait are turned away, and those that wait get their turn', async () => {
  const slow = 'select sum(hash(range)) from range(30000000)'
  const all = await Promise.allSettled(Array.from({ length: 6 }, (_, i) => rowsOf(slow, { asker: `asker ${i}` })))
  const refused = all.filter((one) => one.status === 'rejected')
  assert.equal(refused.length, 2)
  for (const one of refused) codeOf('queries_full')(one.reason)
})

test('a file of a result is whole or not at all, and spreadsheets run no formula of it', async () => {
  let file: string
  {
    await using csv = await run('select note, share, -1 as n from raw.crimes order by id limit 2', { form: 'csv' })
    file = csv.file
    assert.equal(
      await readFile(file, 'utf8'),
      `note,share,n\r\n'=cmd|'/c calc'!A0,0,-1\r\n'=cmd|'/c calc'!A1,0.3333333333333333,-1\r\n`,
    )
  }
  await assert.rejects(stat(file), /ENOENT/)
  await using parquet = await run('select * from raw.crimes limit 10', { form: 'parquet' })
  assert.equal((await readFile(parquet.file)).subarray(0, 4).toString(), 'PAR1')
  await using json = await run('select 1 as a', { form: 'json' })
  assert.deepEqual(JSON.parse(await readFile(json.file, 'utf8')), [{ a: 1 }])
  await assert.rejects(run('from raw.crimes', { form: 'csv' }), codeOf('query_beyond_limits', /more than 1,000 rows/))
  await assert.rejects(run('from raw.crimes', { form: 'parquet' }), codeOf('query_beyond_limits', /more than 1,000 rows/))
})

test('an error of who plans the tables is the query’s error', async () => {
  const query = {
    sql: 'select * from raw.crimes',
    batchAt: '2026-11-23T06:00:00Z',
    tables: ['raw.crimes'],
    functions: [],
    scan: async () => {
      throw new BlotterError('batch_missing', 'There is no such batch.', { todo: 'Name another.' })
    },
    form: 'rows' as const,
    limits: MOST,
  }
  await assert.rejects(sandbox.run(query, 'somebody', new AbortController().signal), codeOf('batch_missing'))
})
