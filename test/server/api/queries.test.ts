import type { FastifyReply, FastifyRequest } from 'fastify'
import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { whoAsks } from '../../../src/server/api/queries.ts'
import { watch } from '../../pipeline/city.ts'
import { assertDocumented, serveCity, type ServedCity, theft } from '../served-city.ts'

const FIRST = '2026-01-02T06:00:00Z'
const SECOND = '2026-01-03T06:00:00Z'

async function cityWithTwoBatches(t: TestContext): Promise<ServedCity> {
  const served = await serveCity(t)
  await served.city.publish([theft, { ...theft, id: 2, location_description: '=1+1' }])
  await served.city.run({ at: FIRST })
  await served.city.publish([
    { ...theft, arrest: 'true', updated_on: '2026-01-02 15:40:00' },
    { ...theft, id: 2 },
    { ...theft, id: 3 },
  ])
  await served.city.run({ at: SECOND })
  return served
}

interface Result {
  query: string
  batch_at: string
  columns: { name: string; type: string }[]
  rows: unknown[][]
  is_truncated: boolean
  seconds: number
}

interface Problem {
  code: string
  detail: string
  line?: number
  column?: number
}

test('queries of the console: answers, batches, limits, mistakes, refusals, history', async (t) => {
  const { ask, get, city } = await cityWithTwoBatches(t)
  const query = async (body: object) => {
    const answer = await ask('POST', '/api/v1/queries', { body })
    await assertDocumented(ask, 'POST', '/api/v1/queries', answer)
    return answer
  }
  const problem = async (sql: string, more: object = {}): Promise<Problem & { status: number }> => {
    const answer = await query({ sql, ...more })
    assert.ok(answer.status >= 400 && answer.status < 500, `${sql}: ${answer.status} ${answer.text}`)
    return { ...(answer.body as Problem), status: answer.status }
  }

  await t.test('rows stand in the order of the columns, as of the batch that is named', async () => {
    const now = (await query({ sql: 'select id, arrest from raw.crimes order by id' })).body as Result
    assert.deepEqual([now.batch_at, now.is_truncated], [SECOND, false])
    assert.deepEqual(now.columns, [
      { name: 'id', type: 'BIGINT' },
      { name: 'arrest', type: 'BOOLEAN' },
    ])
    assert.deepEqual(now.rows.map(String), ['1,true', '2,false', '3,false'])
    const then = (await query({ sql: 'from raw.crimes', at: FIRST, limit: 1 })).body as Result
    assert.deepEqual([then.batch_at, then.rows.length, then.is_truncated], [FIRST, 1, true])
    const changes = (
      await query({ sql: "select kinds, count(*) from changes('latest~1', 'latest') group by kinds order by all" })
    ).body
    assert.equal(JSON.stringify((changes as Result).rows), '[[["arrested"],1],[["new"],1]]')
    assert.deepEqual(((await query({ sql: 'from raw.crimes where false' })).body as Result).rows, [])
  })

  await t.test('a mistake is told with line and column', async () => {
    const { status, code, line, column } = await problem('select id,\n  nonsense\nfrom raw.crimes')
    assert.deepEqual([status, code, line, column], [400, 'query_failed', 2, 3])
  })

  await t.test('what writes or reaches outside is refused, and the state database is as before', async () => {
    const state = join(city.lake, '.blotter', 'state.sqlite')
    const files = await readdir(city.lake, { recursive: true })
    for (const sql of [
      `select * from read_text('${state}')`,
      `select * from '${state}'`,
      `copy (select 1) to '${join(city.lake, 'raw/crimes/data/x.parquet')}'`,
      `attach '${state}'`,
      'set threads = 1',
      "select getenv('HOME')",
    ])
      assert.equal((await problem(sql)).code, 'query_refused', sql)
    const parquet = files.filter((file) => file.endsWith('.parquet'))
    assert.deepEqual(
      (await readdir(city.lake, { recursive: true })).filter((file) => file.endsWith('.parquet')),
      parquet,
    )
    assert.equal((await readFile(state)).subarray(0, 15).toString(), 'SQLite format 3')
  })

  await t.test('an unknown batch, an expired one and a request that does not fit are problems', async () => {
    assert.deepEqual(
      [(await problem('select 1', { at: '2020-01-01' })).status, (await problem('select 1', { at: 'x' })).status],
      [404, 400],
    )
    for (const body of [{}, { sql: '' }, { sql: 'select 1', limit: 0 }, { sql: 'select 1', rows: 1 }, { sql: 1 }])
      assert.equal((await ask('POST', '/api/v1/queries', { body })).status, 400)
    assert.equal((await ask('POST', '/api/v1/queries', { body: { sql: 'select 1' }, scopes: ['metrics'] })).status, 403)
  })

  await t.test('what was asked is found again by its asker', async () => {
    const { total, queries } = await get<{ total: number; queries: { sql: string; state: string; rows: number }[] }>(
      '/api/v1/query-history?limit=3',
    )
    assert.equal(queries.length, 3)
    assert.ok(total > 8)
    assert.equal(queries[0]!.state, 'failed')
    const all = await get<{ queries: { sql: string; state: string; rows: number | null }[] }>(
      '/api/v1/query-history?limit=100',
    )
    const good = all.queries.find((one) => one.state === 'succeeded' && one.sql.startsWith('select id, arrest'))
    assert.equal(Number(good!.rows), 3)
  })
})

test('a query is cancelled by its name, once or twice, and by nobody else', async (t) => {
  const { ask } = await cityWithTwoBatches(t)
  const cancel = (query: string) => ask('DELETE', `/api/v1/queries/${query}`)
  const sql = 'select count(*) from range(100000000000)'
  const running = ask('POST', '/api/v1/queries', { body: { sql, query: 'mine' } })
  await pause(1200)
  const twice = await ask('POST', '/api/v1/queries', { body: { sql: 'select 1', query: 'mine' } })
  assert.equal(twice.status, 400)
  for (const _ of [1, 2]) {
    const answer = await cancel('mine')
    assert.deepEqual(answer.body, { query: 'mine', state: 'cancelled' })
    await assertDocumented(ask, 'DELETE', '/api/v1/queries/mine', answer)
  }
  const ended = await running
  assert.deepEqual([ended.status, (ended.body as Problem).code], [409, 'query_cancelled'])
  assert.deepEqual((await cancel('mine')).body, { query: 'mine', state: 'cancelled' })
  assert.equal((await cancel('unknown')).status, 404)
  const { queries } = (await ask('GET', '/api/v1/query-history')).body as { queries: { query: string; state: string }[] }
  assert.deepEqual(
    queries.map(({ query, state }) => [query, state]),
    [['mine', 'cancelled']],
  )
})

test('a query whose asker has gone away is ended', async (t) => {
  const { app, ask } = await cityWithTwoBatches(t)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const gone = new AbortController()
  const headers = { authorization: 'Bearer good~api', 'content-type': 'application/json' }
  const body = JSON.stringify({ sql: 'select count(*) from range(100000000000)', query: 'left' })
  const asked = fetch(`${url}/api/v1/queries`, { method: 'POST', headers, body, signal: gone.signal })
  await pause(1000)
  gone.abort()
  await assert.rejects(asked)
  let queries: { query: string; state: string }[] = []
  for (let tries = 0; tries < 50 && queries.length === 0; tries++) {
    await pause(100)
    queries = ((await ask('GET', '/api/v1/query-history')).body as { queries: typeof queries }).queries
  }
  assert.deepEqual(
    queries.map(({ query, state }) => [query, state]),
    [['left', 'cancelled']],
  )
})

test('a link to a batch that has expired is a problem that names the nearest one', async (t) => {
  const { ask, city } = await cityWithTwoBatches(t)
  const body = { sql: 'select count(*) from raw.crimes', at: FIRST }
  assert.equal((await ask('POST', '/api/v1/queries', { body })).status, 200)
  await city.platform.expire({ dryRun: false, batches: 1 }, watch())
  for (const url of ['/api/v1/queries', '/api/v1/queries/export', '/api/v1/citations']) {
    const gone = await ask('POST', url, { body })
    assert.deepEqual([gone.status, (gone.body as Problem).code], [404, 'batch_missing'], url)
    assert.match((gone.body as Problem).detail, new RegExp(`nearest is ${SECOND}`))
  }
  assert.equal((await ask('GET', `/api/v1/completions?at=${FIRST}`)).status, 404)
})

test('exports are named after the batch, whole, and harmless in a spreadsheet', async (t) => {
  const { ask } = await cityWithTwoBatches(t)
  const body = { sql: 'select location_description, id from raw.crimes order by id', at: FIRST }
  const csv = await ask('POST', '/api/v1/queries/export?format=csv', { body })
  assert.equal(csv.text, "location_description,id\r\nSTREET,1\r\n'=1+1,2\r\n")
  assert.equal(csv.headers['content-disposition'], 'attachment; filename="query-2026-01-02T060000Z.csv"')
  const parquet = await ask('POST', '/api/v1/queries/export?format=parquet', { body })
  assert.equal(parquet.text.slice(0, 4), 'PAR1')
  assert.match(String(parquet.headers['content-disposition']), /\.parquet"$/)
  const json = await ask('POST', '/api/v1/queries/export?format=json', { body })
  assert.deepEqual(JSON.parse(json.text), [
    { location_description: 'STREET', id: 1 },
    { location_description: '=1+1', id: 2 },
  ])
  assert.equal((await ask('POST', '/api/v1/queries/export?format=xlsx', { body })).status, 400)
  assert.equal((await ask('POST', '/api/v1/queries/export', { body: { sql: 'drop table x' } })).status, 400)
})

test('completions are the tables as of the batch, with their columns, and the functions', async (t) => {
  const { get } = await cityWithTwoBatches(t)
  const { batch_at, tables, functions } = await get<{
    batch_at: string
    tables: { name: string; doc: string; columns: { name: string; type: string }[] }[]
    functions: { name: string }[]
  }>(`/api/v1/completions?at=${FIRST}`)
  assert.equal(batch_at, FIRST)
  assert.equal(tables[0]!.name, 'raw.crimes')
  assert.deepEqual([tables[0]!.columns[0]!.name, tables[0]!.columns[0]!.type], ['id', 'BIGINT'])
  assert.deepEqual(
    functions.map((one) => one.name),
    ['crimes_at', 'changes'],
  )
})

test('saved queries are files that others may run, and only their owner changes', async (t) => {
  const { ask, get, city } = await cityWithTwoBatches(t)
  const url = `/api/v1/saved-queries/${encodeURIComponent('Types by month')}`
  const body = { sql: 'select 1 */ 2', doc: 'A "quoted" */ doc', at: 'latest~1' }
  const saved = await ask('PUT', url, { body })
  assert.equal(saved.status, 200, saved.text)
  await assertDocumented(ask, 'PUT', url, saved)
  const { sql, doc, at, saved_by } = await get<Record<string, string>>(url)
  assert.deepEqual([sql, doc, at, saved_by], [body.sql, body.doc, body.at, 'tester'])
  const folder = join(city.lake, '.blotter', 'queries')
  assert.deepEqual(await readdir(folder), ['Types by month.sql'])
  await writeFile(join(folder, 'by hand.sql'), 'select 3\n')
  await writeFile(join(folder, 'of another.sql'), '/*---\nsaved_by: somebody\n---*/\nselect 4\n')
  const { queries } = await get<{ queries: { name: string; sql: string }[] }>('/api/v1/saved-queries')
  assert.deepEqual(
    queries.map(({ name, sql: text }) => [name, text]),
    [
      ['Types by month', 'select 1 */ 2'],
      ['by hand', 'select 3'],
      ['of another', 'select 4'],
    ],
  )
  const second = await get<{ total: number; queries: { name: string }[] }>('/api/v1/saved-queries?offset=1&limit=1')
  assert.deepEqual([second.total, second.queries.map(({ name }) => name)], [3, ['by hand']])
  assert.equal((await ask('PUT', '/api/v1/saved-queries/of%20another', { body: { sql: 'select 5' } })).status, 400)
  assert.equal((await ask('DELETE', '/api/v1/saved-queries/of%20another')).status, 400)
  for (const name of ['../../state', '.hidden', 'a/b', 'x'.repeat(81), 'a\0', 'trailing '])
    assert.ok(
      [400, 404].includes(
        (await ask('PUT', `/api/v1/saved-queries/${encodeURIComponent(name)}`, { body: { sql: 'select 1' } })).status,
      ),
      name,
    )
  assert.equal((await ask('DELETE', url)).status, 200)
  assert.equal((await ask('GET', url)).status, 404)
  assert.deepEqual((await readdir(folder)).sort(), ['by hand.sql', 'of another.sql'])
})

test('a result is cited, checked, and let go of', async (t) => {
  const { ask, get } = await cityWithTwoBatches(t)
  const cited = await ask('POST', '/api/v1/citations', { body: { sql: 'select count(*) as n from raw.crimes' } })
  assert.equal(cited.status, 201, cited.text)
  await assertDocumented(ask, 'POST', '/api/v1/citations', cited)
  const { citation, result, cited_by } = cited.body as { citation: string; result: string[]; cited_by: string }
  assert.deepEqual([result, cited_by], [['{"n":3}'], 'tester'])
  assert.equal((await get<{ sha256: string }>(`/api/v1/citations/${citation}`)).sha256.length, 64)
  const check = await ask('POST', `/api/v1/citations/${citation}/check`)
  await assertDocumented(ask, 'POST', `/api/v1/citations/${citation}/check`, check)
  assert.equal((check.body as { is_same: boolean }).is_same, true)
  assert.equal(Number((await get<{ total: number }>('/api/v1/citations')).total), 1)
  assert.equal((await ask('POST', '/api/v1/citations', { body: { sql: 'select random()' } })).status, 400)
  assert.equal((await ask('DELETE', `/api/v1/citations/${citation}`, { scopes: ['api'] })).status, 403)
  assert.equal((await ask('DELETE', `/api/v1/citations/${citation}`)).status, 200)
  assert.equal((await ask('POST', `/api/v1/citations/${citation}/check`)).status, 404)
})

test('an answer that is not read is given up after twenty minutes, and one that was read is over', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const asking = () => {
    const raw = Object.assign(new EventEmitter(), { writableEnded: false, destroy: () => raw.emit('close') })
    return {
      raw,
      ...whoAsks({ bearer: { name: 'desk@example.org' } } as FastifyRequest, { raw } as unknown as FastifyReply),
    }
  }
  const [slow, quick] = [asking(), asking()]
  quick.raw.writableEnded = true
  quick.raw.emit('finish')
  await quick.answered
  t.mock.timers.tick(20 * 60_000 - 1)
  assert.equal(slow.gone.aborted, false)
  t.mock.timers.tick(1)
  await slow.answered
  assert.deepEqual([slow.gone.aborted, quick.gone.aborted], [true, false])
})
