import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { blotter, serve, type ServedLake } from './served-lake.ts'
import { cacheFolder, prepareTrino, startTrino } from './trino.ts'

/** What fingerprint.py prints of one table at one tag. */
interface Reading {
  columns: string[]
  rows: number
  hash: string
}

const run = promisify(execFile)
const timeout = 5 * 60_000
const days = ['2026-11-21T06:00:00Z', '2026-11-22T06:00:00Z']
const { BLOTTER_INTEROP_PYTHON: python = '', BLOTTER_INTEROP_JARS: jars = '' } = process.env

async function readings(token: string, script: string, ...args: string[]): Promise<Record<string, Reading>> {
  const env = { ...process.env, BLOTTER_TOKEN: token }
  const { stdout } = await run(python, [join(import.meta.dirname, script), ...args], { timeout, maxBuffer: 1 << 26, env })
  const lines = stdout
    .trim()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  const all = lines.map((line) => JSON.parse(line) as Reading & { table?: string; file?: string; tag?: string })
  return Object.fromEntries(all.map(({ table, file, tag, ...reading }) => [file ?? `${table}@${tag}`, reading]))
}

describe('A lake that is served as a REST catalog', { timeout: 3 * timeout }, () => {
  let folder = ''
  let lake = ''
  let served: ServedLake | undefined
  let token = ''
  let ours: Record<string, Reading> = {}

  before(async () => {
    assert.notEqual(python, '', 'Run this by `npm run test:interop`, which makes the environment first.')
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    lake = join(folder, 'lake')
    for (const [day, at] of days.entries()) {
      await blotter('run', '--source', `demo://chicago?rows=3000&seed=1&day=${day}`, '--lake', lake, '--at', at, '--json')
    }
    served = await serve(lake)
    token = await served.token('engine', 'catalog:read', 'catalog:write')
    ours = await readByBlotter(lake, folder)
  })

  after(async () => {
    await served?.end()
    await rm(folder, { recursive: true, force: true })
  })

  it('is read by pyiceberg with the rows that Blotter tells, each table at each tag, and Blotter reads what pyiceberg writes', async () => {
    const theirs = await readings(token, 'rest_pyiceberg.py', served!.url)
    await compare(theirs, { 'pyiceberg.notes@main': 4 })
    assert.equal(theirs['pyiceberg.notes@four']?.rows, 4)
  })

  it('is read by Spark with the rows that Blotter tells, each table at each tag, and Blotter reads what Spark writes', async () => {
    const theirs = await readings(token, 'rest_spark.py', served!.url, jars, ...Object.keys(ours))
    await compare(theirs, { 'spark.notes@main': 6 })
    assert.equal(theirs['spark.notes@five']?.rows, 5)
    assert.ok((theirs['spark.copied@main']?.rows ?? 0) > 0)
  })

  it('is read by Trino with the rows that Blotter tells, each table at each tag, and Blotter reads what Trino writes', async (t) => {
    const home = await prepareTrino(cacheFolder(), (message) => t.diagnostic(message))
    if (!home) return t.skip('NO TRINO: it wants a JDK 25 and Maven')
    await using trino = await startTrino(home, { url: served!.url, token })
    const statements = [
      'create schema trino',
      "create table trino.first (id bigint, name varchar, at timestamp(6)) with (partitioning = ARRAY['month(at)'])",
      "insert into trino.first values (1, 'a', timestamp '2026-01-01 00:00:00'), (2, 'b', null), (3, 'c', null)",
      'delete from trino.first where id = 2',
      "merge into trino.first t using (values 3) u(id) on t.id = u.id when matched then update set name = 'm'",
      'alter table trino.first add column more double',
      'alter table trino.first rename to trino.notes',
      "insert into trino.notes values (4, 'd', null, 1.5)",
      'create table trino.gone as select * from raw.crimes',
      'drop table trino.gone',
    ]
    const asked = [String(trino.port), ...Object.keys(ours), ...statements, 'trino.notes']
    const theirs = await readings(token, 'read_trino.py', ...asked)
    await compare({ ...theirs, 'trino.notes@main': theirs['trino.notes@']! }, { 'trino.notes@main': 3 })
  })

  it('goes on making batches beside what others wrote', async () => {
    await blotter(
      'run',
      '--source',
      'demo://chicago?rows=3000&seed=1&day=2',
      '--lake',
      lake,
      '--at',
      '2026-11-23T06:00:00Z',
      '--json',
    )
    const tables = JSON.parse(await blotter('tables', '--lake', lake, '--json')) as { name: string; rows: number }[]
    const rows = Object.fromEntries(tables.map((table) => [table.name, table.rows]))
    assert.equal(rows['spark.notes'], 6)
    assert.equal(rows['pyiceberg.notes'], 4)
  })

  /** Holds what another engine read to what Blotter reads: of all of Blotter's tables, and of its own, which has so many rows. */
  async function compare(theirs: Record<string, Reading>, own: Record<string, number>): Promise<void> {
    for (const reference of Object.keys(ours)) assert.deepEqual(theirs[reference], ours[reference], reference)
    for (const [reference, rows] of Object.entries(own)) {
      const [table = ''] = reference.split('@')
      const file = join(folder, `${table}.parquet`)
      await blotter('query', `select * from ${table}`, '--lake', lake, '--format', 'parquet', '--output', file)
      const read = (await readings(token, 'read_parquet.py', file))[file]
      assert.equal(read?.rows, rows)
      assert.deepEqual(theirs[reference], read, reference)
    }
  }
})

/** The same through `blotter query --at`, by way of Parquet files, whose values carry their types. */
async function readByBlotter(lake: string, folder: string): Promise<Record<string, Reading>> {
  const tables = JSON.parse(await blotter('tables', '--lake', lake, '--json')) as { name: string }[]
  const files = new Map<string, string>()
  for (const tag of days) {
    for (const { name } of tables) {
      const file = join(folder, `${files.size}.parquet`)
      files.set(file, `${name}@${tag}`)
      await blotter('query', `select * from ${name}`, '--lake', lake, '--at', tag, '--format', 'parquet', '--output', file)
    }
  }
  const read = await readings('', 'read_parquet.py', ...files.keys())
  return Object.fromEntries(Object.entries(read).map(([file, reading]) => [files.get(file) ?? file, reading]))
}
