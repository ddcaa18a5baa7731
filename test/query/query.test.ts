import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import type { Engine, Row } from '../../src/engine/engine.ts'
import { openQuery, type QueryResult } from '../../src/query/query.ts'
import { writeResult } from '../../src/query/write-result.ts'

let folder: string
let engines = 0

const engine = (): Promise<Engine> =>
  openDuckDb({ memoryBytes: 256 * 2 ** 20, spillFolder: join(folder, `spill-${++engines}`), threads: 1 })

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  await using writer = await engine()
  await writer.writeParquet(
    `SELECT 9007199254740993 + range AS id, 'THEFT' AS primary_type, TIMESTAMP '2024-03-10 02:30:00' AS date,
       TIMESTAMPTZ '2026-11-23 06:00:00+00' AS batch_at, range % 2 = 0 AS arrest FROM range(10)`,
    join(folder, 'data', 'crimes.parquet'),
  )
  await writeFile(join(folder, 'secret.csv'), 'a\n1\n')
})
after(() => rm(folder, { recursive: true, force: true }))

async function query(sql: string, outputFolder?: string): Promise<QueryResult> {
  return openQuery(sql, {
    engine: await engine(),
    tables: [{ name: 'raw.crimes', sql: `SELECT * FROM read_parquet('${join(folder, 'data', 'crimes.parquet')}')` }],
    folders: [join(folder, 'data')],
    outputFolder,
    batchAt: '2026-11-23T06:00:00Z',
  })
}

async function all(sql: string): Promise<Row[]> {
  await using result = await query(sql)
  const rows: Row[] = []
  for await (const chunk of result.rows()) rows.push(...chunk)
  return rows
}

test('statements that read are run', async () => {
  assert.deepEqual(await all('select count(*) as n from raw.crimes;'), [{ n: 10n }])
  assert.deepEqual(await all('with c as (from raw.crimes) select max(id) as m from c -- the newest'), [
    { m: 9007199254741002n },
  ])
  assert.deepEqual(await all('values (1), (2)'), [{ col0: 1 }, { col0: 2 }])
  assert.equal((await all('describe raw.crimes')).length, 5)
  assert.equal((await all('summarize raw.crimes')).length, 5)
  assert.equal((await all('show all tables'))[0]!['name'], 'crimes')
  assert.match(String((await all('explain select 1'))[0]!['explain_value']), /PROJECTION/)
  assert.equal((await all('explain analyze select count(*) from raw.crimes')).length, 1)
  assert.deepEqual(await all('from range(2)'), [{ range: 0n }, { range: 1n }])
})

test('columns are known before the first row, also where there is none, and where names are taken twice', async () => {
  await using result = await query('select id, date, id from raw.crimes where false')
  assert.deepEqual(result.columns, [
    { name: 'id', type: 'BIGINT' },
    { name: 'date', type: 'TIMESTAMP' },
    { name: 'id:1', type: 'BIGINT' },
  ])
  assert.equal(result.batchAt, '2026-11-23T06:00:00Z')
})

test('whatever writes, changes settings or reaches outside of the lake is refused', async () => {
  const secret = join(folder, 'secret.csv')
  const statements = [
    'create table t (a int)',
    'insert into raw.crimes values (1)',
    'delete from raw.crimes',
    'drop view raw.crimes',
    `copy raw.crimes to '${join(folder, 'out.csv')}'`,
    `attach '${join(folder, 'x.db')}'`,
    'install httpfs',
    "load 'httpfs'",
    'set threads = 1',
    'pragma version',
    'call pragma_version()',
    'vacuum',
    'begin',
    "select * from query('select 1')",
    `select * from read_csv('${secret}')`,
    `select * from '${secret}'`,
    `from "${secret}"`,
    `select * from read_text('/etc/hostname')`,
    `select * from glob('/*')`,
    `describe '${secret}'`,
    `summarize '${secret}'`,
    `explain select * from read_csv('${secret}')`,
    `with a as (select * from read_csv('${secret}')) select * from a`,
    `select (select a from read_csv('${secret}'))`,
    `select * from raw.crimes where id in (select a from '${secret}')`,
    'select 1; select 2',
    'select 1; drop view raw.crimes',
    'explain analyze insert into raw.crimes values (1)',
    'explain explain select 1',
    '',
    '-- nothing',
    'select * from duckdb_settings()',
    'select * from duckdb_secrets()',
    "select * from read_parquet('https://example.org/x.parquet')",
    "export database 'x'",
  ]
  for (const sql of statements) await assert.rejects(all(sql), { code: 'query_refused', exitCode: 2 }, sql)
  await assert.rejects(all('explain analyze insert into raw.crimes values (1)'), { message: /^INSERT is not run here/ })
  assert.deepEqual(
    (await readdir(folder)).filter((name) => /out|x/.test(name)),
    [],
  )
})

test('the engine itself is locked, should the parser ever let something through', async () => {
  const locked = await engine()
  await using result = await openQuery('select 1', { engine: locked, tables: [], folders: [join(folder, 'data')] })
  assert.equal(result.columns.length, 1)
  await assert.rejects(locked.rows(`select * from read_csv('${join(folder, 'secret.csv')}')`), /Permission Error/)
  await assert.rejects(locked.run('set enable_external_access = true'), /locked|cannot be changed|Cannot/i)
})

test('a mistake in the SQL points at its place in what was written', async () => {
  await assert.rejects(all('select id\nfrom raw.crimes\nwher arrest'), {
    code: 'query_failed',
    message: /syntax error[^]*\n {2}wher arrest\n {2} {5}\^/,
  })
  await assert.rejects(all('select nope from raw.crimes'), { code: 'query_failed', message: /nope[^]*LINE 1: select nope/ })
})

test('a table that cannot be read is named', async () => {
  const missing = { name: 'raw.gone', sql: `SELECT * FROM read_parquet('${join(folder, 'gone.parquet')}')` }
  const opening = openQuery('from raw.gone', { engine: await engine(), tables: [missing], folders: [folder] })
  await assert.rejects(opening, { code: 'lake_damaged', message: /raw\.gone/ })
})

test('an aborted query is interrupted', async () => {
  const abort = new AbortController()
  const signal = abort.signal
  await using result = await openQuery('select sum(a.range) from range(100000000) a, range(100000) b', {
    engine: await engine(),
    tables: [],
    folders: [folder],
    signal,
  })
  setTimeout(() => abort.abort(), 100)
  await assert.rejects(
    async () => {
      for await (const chunk of result.rows()) assert.fail(`${chunk.length} rows came`)
    },
    { code: 'interrupted' },
  )
})

test('a result becomes a file whole or not at all, in every format', async () => {
  const sql = 'select id, date, batch_at, null as nothing from raw.crimes order by id limit 2'
  const write = async (
    format: 'csv' | 'json' | 'ndjson' | 'table' | 'parquet',
    name = `result.${format}`,
  ): Promise<string> => {
    const written = await writeResult(join(folder, name), format, (outputFolder) => query(sql, outputFolder))
    assert.equal(written.rows, 2)
    return join(folder, name)
  }
  const id = '9007199254740993'
  assert.equal(
    (await readFile(await write('csv'), 'utf8')).split('\r\n').slice(0, 2).join('|'),
    `id,date,batch_at,nothing|${id},2024-03-10T02:30:00,2026-11-23T06:00:00Z,`,
  )
  const [first] = JSON.parse(await readFile(await write('json'), 'utf8')) as unknown[]
  assert.deepEqual(first, { id, date: '2024-03-10T02:30:00', batch_at: '2026-11-23T06:00:00Z', nothing: null })
  assert.deepEqual(JSON.parse((await readFile(await write('ndjson'), 'utf8')).split('\n')[0]!), first)
  assert.match(await readFile(await write('table'), 'utf8'), /^ +id {2}date/)
  const parquet = await write('parquet')
  await using reader = await engine()
  assert.equal((await reader.rows(`select min(id) as id from '${parquet}'`))[0]!['id'], 9007199254740993n)

  await assert.rejects(write('csv'), { code: 'output_unwritable', message: /exists already/ })
  await assert.rejects(write('csv', '.'), { code: 'output_unwritable', message: /is a folder/ })
  await assert.rejects(write('csv', 'no/such/folder.csv'), { code: 'output_unwritable', message: /folder does not exist/ })
  const failing = writeResult(join(folder, 'failed.csv'), 'csv', (outputFolder) => query("select error('x')", outputFolder))
  await assert.rejects(failing, { code: 'query_failed' })
  const left = (await readdir(folder)).filter((name) => name.startsWith('.blotter') || name.startsWith('failed'))
  assert.deepEqual(left, [])
})
