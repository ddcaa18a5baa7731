import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LineageGraph } from '../../../src/lineage/graph.ts'
import type { BatchQuality } from '../../../src/platform/serving/catalog-pages.ts'
import type { QuarantineList } from '../../../src/query/quarantine-list.ts'
import type { FileFacts, TableDetail } from '../../../src/query/table-detail.ts'
import { sleep } from '../../../src/clock.ts'
import { watch } from '../../pipeline/city.ts'
import { serveCity, theft } from '../served-city.ts'

const [FIRST, SECOND, THIRD] = ['2026-02-01T06:00:00Z', '2026-02-02T06:00:00Z', '2026-02-03T06:00:00Z']

/** Three batches: the second changes one incident and meets a bad row, the third finds nothing new. */
async function threeBatches(t: Parameters<typeof serveCity>[0]) {
  const served = await serveCity(t)
  const { city } = served
  const others = Array.from({ length: 9 }, (_, n) => ({ ...theft, id: 10 + n }))
  await city.publish([theft, ...others])
  await city.run({ at: FIRST })
  const rows = [{ ...theft, arrest: 'true' as const, updated_on: '2026-02-01 15:40:00' }, ...others]
  await city.publish([...rows, { ...theft, id: 77, date: '0000-00-00 00:00:00' }])
  await city.run({ at: SECOND })
  await city.run({ at: THIRD })
  return served
}

test('a table tells its columns, its snapshots with the batches they stand for, and its partitions', async (t) => {
  const { get, ask } = await threeBatches(t)
  const { batch_at, table } = await get<{ batch_at: string; table: TableDetail }>('/api/v1/tables/raw.crimes')
  assert.deepEqual([batch_at, table.name, table.rows], [THIRD, 'raw.crimes', 10])
  assert.deepEqual(table.partitioned_by, ['day(batch_at)'])
  assert.equal(table.columns[0]?.doc, 'The city’s identifier of the incident.')
  assert.deepEqual(
    table.snapshots.map(({ tags, rows, added_rows, removed_rows, batch_at: by }) => [
      by,
      tags,
      rows,
      added_rows,
      removed_rows,
    ]),
    [
      [SECOND, [SECOND, THIRD], 10, 1, 1],
      [FIRST, [FIRST], 10, 10, 0],
    ],
  )
  assert.deepEqual(
    table.partitions.map(({ partition, files, rows }) => [partition, files, rows]),
    [
      ['2026-02-02', 1, 1],
      ['2026-02-01', 2, 9],
    ],
  )
  const old = await get<{ table: TableDetail }>(`/api/v1/tables/raw.crimes?at=${FIRST}`)
  assert.deepEqual([old.table.partitions.length, old.table.snapshots.length], [1, 2])
  const bySnapshot = await get<{ batch_at: string }>(`/api/v1/tables/raw.crimes?at=${table.snapshots[1]!.snapshot_id}`)
  assert.equal(bySnapshot.batch_at, FIRST)
  assert.equal((await ask('GET', '/api/v1/tables/raw.nothing')).status, 404)
  assert.equal((await ask('GET', '/api/v1/tables/raw.crimes?at=2020-01-01')).status, 404)
})

test('a table that was compacted is told as the version that is read, with the files of that snapshot', async (t) => {
  const { city, get } = await threeBatches(t)
  const detail = async (at: string) => (await get<{ table: TableDetail }>(`/api/v1/tables/raw.crimes?at=${at}`)).table
  const before = await detail(THIRD)
  await city.platform.compact({ dryRun: false }, watch())
  for (const [at, operation] of [
    [FIRST, 'append'],
    [THIRD, 'replace'],
  ] as const) {
    const table = await detail(at)
    const own = table.snapshots.find(({ snapshot_id }) => snapshot_id === table.snapshot_id)
    assert.deepEqual([own?.operation, own?.files, own?.size_bytes], [operation, table.files, table.size_bytes])
  }
  const after = await detail(THIRD)
  assert.deepEqual([after.rows, after.batch_at], [before.rows, SECOND])
  // Both ids are REFs of the batch.
  for (const id of [before.snapshot_id, after.snapshot_id]) assert.equal((await detail(id)).snapshot_id, after.snapshot_id)
})

test('a table’s files are listed part by part, within its folder', async (t) => {
  const { get } = await threeBatches(t)
  const { total, files } = await get<{ total: number; files: FileFacts[] }>('/api/v1/tables/raw.crimes/files')
  assert.equal(total, 3)
  assert.deepEqual(files.map(({ content, partition, rows }) => `${content} ${partition} ${rows}`).sort(), [
    'data 2026-02-01 10',
    'data 2026-02-02 1',
    'deletes 2026-02-01 1',
  ])
  assert.ok(files.every(({ path, size_bytes }) => path.startsWith('data/') && size_bytes > 0))
  const part = await get<{ total: number; files: FileFacts[] }>('/api/v1/tables/raw.crimes/files?offset=2&limit=5')
  assert.deepEqual([part.total, part.files], [3, files.slice(2)])
})

test('sample rows have values as queries have them', async (t) => {
  const { get } = await threeBatches(t)
  const { columns, rows } = await get<{ columns: string[]; rows: unknown[][] }>('/api/v1/tables/history.changes/sample')
  const row = Object.fromEntries(columns.map((name, n) => [name, rows[0]![n]]))
  assert.deepEqual([row['batch_at'], row['id'], row['kinds']], [SECOND, 1, ['arrested']])
  const few = await get<{ rows: unknown[][] }>('/api/v1/tables/raw.crimes/sample?limit=3')
  assert.equal(few.rows.length, 3)
})

test('quality is told batch by batch, the newest first, with what was met by each', async (t) => {
  const { get } = await threeBatches(t)
  const { total, batches } = await get<{ total: number; batches: BatchQuality[] }>('/api/v1/quality')
  assert.equal(total, 3)
  assert.deepEqual(
    batches.map(({ batch_at, rows, quarantined }) => [batch_at, rows.quarantined, quarantined]),
    [
      [THIRD, 1, {}],
      [SECOND, 1, { bad_date: 1 }],
      [FIRST, 0, {}],
    ],
  )
})

test('quarantine is listed and released, and who has not the scope is refused', async (t) => {
  const { city, get, ask } = await threeBatches(t)
  const held = await get<QuarantineList>('/api/v1/quarantine')
  assert.deepEqual([held.total, held.rules, held.rows[0]?.key], [1, { bad_date: 1 }, '77'])
  assert.deepEqual((await get<QuarantineList>('/api/v1/quarantine?offset=1')).rows, [])
  assert.equal((await get<QuarantineList>('/api/v1/quarantine?rule=bad_type')).total, 0)
  assert.equal((await get<QuarantineList>(`/api/v1/quarantine?at=${FIRST}`)).total, 0)
  assert.equal((await ask('POST', '/api/v1/quarantine/release', { scopes: ['api'] })).status, 403)
  const begun = await ask('POST', '/api/v1/quarantine/release')
  assert.equal(begun.status, 202, begun.text)
  const { run } = begun.body as { run: string }
  const state = async () => (await city.platform.runShow(run)).state
  while ((await state()) === 'running' || (await state()) === 'queued') await sleep(20)
  assert.equal(await state(), 'succeeded')
})

test('lineage is told as of a batch, of all tables or of what leads to one', async (t) => {
  const { get, ask } = await threeBatches(t)
  const all = await get<LineageGraph>(`/api/v1/lineage?at=${SECOND}`)
  assert.equal(all.batch_at, SECOND)
  assert.ok(all.tables.some(({ kind }) => kind === 'source'))
  const one = await get<LineageGraph>('/api/v1/lineage?table=by_type')
  assert.equal(one.tables.at(-1)?.name, 'aggregates.by_type')
  assert.ok(one.tables.length < all.tables.length)
  const named = await ask('GET', `/api/v1/lineage?at=${SECOND}`)
  assert.match(String(named.headers['cache-control']), /immutable/)
  assert.equal((await ask('GET', '/api/v1/lineage?table=nothing')).status, 400)
})
