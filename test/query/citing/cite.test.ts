import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { resultTexts } from '../../../src/query/write-result.ts'
import { type City, type Incident, makeCity, watch } from '../../pipeline/city.ts'

const name = (day: number): string => `2026-01-${String(day + 1).padStart(2, '0')}T06:00:00Z`
const signal = AbortSignal.timeout(120_000)

const rowsOf = (day: number): Incident[] =>
  Array.from({ length: 30 + day }, (_, i) => ({
    id: i + 1,
    date: '2025-12-01 12:00:00',
    primary_type: i % 3 === 0 ? 'ROBBERY' : 'THEFT',
    description: 'SIMPLE',
    block: `${i}00XX W ADAMS ST`,
    location_description: 'STREET',
    arrest: i < day ? 'true' : 'false',
    updated_on: `2026-01-${String(i < day ? i + 1 : 1).padStart(2, '0')} 15:40:00`,
  }))

let city: City
const QUERY = 'select primary_type, count(*) as n, avg(id) / 3 as a from raw.crimes group by all'

before(async () => {
  city = await makeCity()
  for (const day of [0, 1, 2, 3]) {
    await city.publish(rowsOf(day))
    await city.run({ at: name(day) })
  }
})
after(() => city[Symbol.asyncDispose]())

test('a result is cited once, however often, and holds when it is run again', async () => {
  const citation = await city.platform.cite(QUERY, { at: 'latest~1', signal })
  assert.equal(citation.batch_at, name(2))
  assert.equal(citation.rows, 2)
  assert.match(citation.citation, /^[0-9a-f]{16}$/)
  assert.match(citation.code_version, /^\d+\.\d+\.\d+\+[0-9a-f]{12}$/)
  assert.deepEqual(
    citation.columns.map((column) => column.name),
    ['primary_type', 'n', 'a'],
  )
  assert.equal((await city.platform.cite(QUERY, { at: name(2), signal })).cited_at, citation.cited_at)
  assert.deepEqual(await city.platform.citeCheck(citation.citation, { signal }), {
    citation: citation.citation,
    is_same: true,
    batch_at: name(2),
    expected: { rows: 2, sha256: citation.sha256 },
    found: { rows: 2, sha256: citation.sha256 },
    within_rounding: false,
  })
  assert.deepEqual(
    (await city.platform.citeList()).map((one) => one.citation),
    [citation.citation],
  )
})

test('the hash is what anybody gets with sort and sha256sum', async () => {
  const sql = 'select id, block, date, arrest from raw.crimes'
  const citation = await city.platform.cite(sql, { signal })
  await using result = await city.platform.query(sql, { signal })
  let text = ''
  for await (const piece of resultTexts(result, 'ndjson')) text += piece
  const sum = execFileSync('sh', ['-c', 'LC_ALL=C sort | sha256sum'], { input: text }).toString()
  assert.equal(sum.slice(0, 64), citation.sha256)
  await city.platform.citeRemove(citation.citation)
  await assert.rejects(city.platform.citeCheck(citation.citation, { signal }), { code: 'citation_missing' })
})

test('what would be another result each time, or is none, is not cited', async () => {
  for (const [sql, code] of [
    ['select now() as n', 'citation_refused'],
    ['select current_date', 'citation_refused'],
    ['select age(date) from raw.crimes', 'citation_refused'],
    ['select random() as r', 'citation_refused'],
    ['select * from raw.crimes using sample 3', 'citation_refused'],
    ['from range(200000)', 'query_beyond_limits'],
    ["copy raw.crimes to 'x.csv'", 'query_refused'],
    ['select nonsense', 'query_failed'],
  ] as const)
    await assert.rejects(city.platform.cite(sql, { signal }), { code }, sql)
  await assert.rejects(city.platform.cite('select 1', { at: '2020-01-01', signal }), { code: 'batch_missing' })
})

test('a cited batch, and those that its statement names, do not expire; REFs go on meaning what they meant', async () => {
  const sql = "select (select count(*) from crimes_at('latest~2')) as before, count(*) as n from raw.crimes"
  const citation = await city.platform.cite(sql, { at: 'latest~1', signal })
  assert.deepEqual([citation.batch_at, citation.refs], [name(2), { 'latest~2': name(0) }])
  const preview = await city.platform.expire({ dryRun: true, batches: 1 }, watch())
  assert.deepEqual([preview.expired, preview.kept], [[name(1)], [name(0), name(2), name(3)]])
  await city.platform.expire({ dryRun: false, batches: 1 }, watch())
  // Of three batches left, latest~2 as of the third would be none.
  assert.equal((await city.platform.citeCheck(citation.citation, { signal })).is_same, true)
  // It holds with all state lost, too.
  await rm(join(city.lake, '.blotter'), { recursive: true })
  assert.equal((await city.platform.citeList()).length, 2)
  for (const { citation: one } of await city.platform.citeList()) await city.platform.citeRemove(one)
  assert.deepEqual(await city.platform.citeList(), [])
})

test('a citation that somebody was sent as a file is checked, and one that was changed is told', async () => {
  const citation = await city.platform.cite('select count(*) as n from raw.crimes', { signal })
  const sent = join(city.folder, 'sent.json')
  await writeFile(sent, await readFile(join(city.lake, 'citations', `${citation.citation}.json`)))
  assert.equal((await city.platform.citeCheck(sent, { signal })).is_same, true)
  await writeFile(sent, JSON.stringify({ ...citation, sha256: 'b'.repeat(64) }))
  await assert.rejects(city.platform.citeCheck(sent, { signal }), { code: 'lake_damaged', message: /was changed/ })
  await writeFile(sent, '{"citation": 1')
  await assert.rejects(city.platform.citeCheck(sent, { signal }), { code: 'lake_damaged', message: /is no citation/ })
  await assert.rejects(city.platform.citeCheck('../state', { signal }), { code: 'citation_missing' })
})
