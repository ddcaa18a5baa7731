import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { planScan } from '../../../src/lake/read/plan.ts'
import { scanSql } from '../../../src/lake/read/read.ts'
import { stageSnapshot, stageTag, writeMetadata } from '../../../src/lake/write/stage.ts'
import { loadTable, snapshotOf, type Table, tableSchema, tagsOf } from '../../../src/lake/table.ts'
import { smallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'
const isConflict = (error: unknown): boolean => error instanceof BlotterError && error.code === 'commit_conflict'

test('the summary counts what a snapshot adds and removes, and totals go on from the parent', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1, 2, 3, 4])
  let table = await lake.stage(lake.table, FIRST, [data])
  assert.equal(snapshotOf(table)?.summary['operation'], 'append')
  const { add, remove } = await lake.hide(table, SECOND, 'id < 3')
  table = await lake.stage(table, SECOND, [...add, await lake.write(table, SECOND, [1, 2])], remove)
  const { summary } = snapshotOf(table)!
  assert.equal(summary['operation'], 'overwrite')
  const expected = {
    'added-data-files': '1',
    'added-records': '2',
    'added-delete-files': '1',
    'added-position-deletes': '2',
    'changed-partition-count': '2',
    'total-records': '6',
    'total-data-files': '2',
    'total-delete-files': '1',
    'total-position-deletes': '2',
    'total-equality-deletes': '0',
  }
  for (const [name, value] of Object.entries(expected)) assert.equal(summary[name], value, name)
  const { rows } = await planScan(lake.storage, table, snapshotOf(table))
  assert.equal(rows, 4)
})

test('an empty snapshot can bear a tag, and a tag moves to no other snapshot', async (t) => {
  const lake = await smallLake(t)
  const empty = await lake.stage(lake.table, FIRST, [])
  assert.deepEqual(await lake.ids(empty, FIRST), [])
  const tagged = stageTag(empty, SECOND, new Date(SECOND))
  assert.equal(tagsOf(tagged).get(SECOND), tagsOf(tagged).get(FIRST))
  assert.equal(stageTag(tagged, SECOND, new Date(SECOND)), tagged)
  const later = await stageSnapshot(lake.storage, tagged, { add: [], remove: [], summary: {}, now: new Date(SECOND) })
  assert.throws(() => stageTag(later, FIRST, new Date(SECOND)), isConflict)
})

test('two writers stage upon one version: the second finds its files gone once it is based on the first', async (t) => {
  const lake = await smallLake(t)
  const base = await lake.stage(lake.table, FIRST, [await lake.write(lake.table, FIRST, [1, 2, 3])])
  const old = await lake.hide(base, FIRST, 'id = 3')
  const shared = await stageSnapshot(lake.storage, base, { ...old, summary: {}, now: new Date(FIRST) })
  const [one, two] = [await lake.hide(shared, SECOND, 'id = 1'), await lake.hide(shared, SECOND, 'id = 2')]
  const winner = await lake.stage(shared, SECOND, one.add, one.remove)
  await assert.rejects(lake.stage(winner, '2026-07-02T06:00:01Z', two.add, two.remove), isConflict)
  const again = await lake.hide(winner, '2026-07-02T06:00:01Z', 'id = 2')
  assert.deepEqual(await lake.ids(await lake.stage(winner, '2026-07-02T06:00:01Z', again.add, again.remove)), [])
})

test('metadata files are numbered, remember some older ones, and read back as they were staged', async (t) => {
  const lake = await smallLake(t)
  let table: Table = lake.table
  const unnamed: string[] = []
  for (let version = 0; version < 24; version++) {
    const swap = await writeMetadata(
      lake.storage,
      await lake.stage(table, new Date(Date.parse(FIRST) + version * 1000).toISOString().replace('.000', ''), []),
    )
    assert.equal(swap.from, table.metadataLocation)
    assert.match(swap.to, new RegExp(`/metadata/${String(version).padStart(5, '0')}-[0-9a-f-]{36}\\.[0-9a-f]{16}\\.metadata\\.json$`))
    unnamed.push(...swap.unnamed)
    table = swap.committed
    assert.deepEqual(await loadTable(lake.storage, table.name, swap.to), table)
  }
  assert.equal(table.metadata['metadata-log'].length, 20)
  assert.equal(unnamed.length, 3)
  assert.equal(tagsOf(table).size, 24)
  const times = table.metadata.snapshots.map((snapshot) => snapshot['timestamp-ms'])
  assert.deepEqual(
    times,
    [...new Set(times)].sort((a, b) => a - b),
    'times grow',
  )
})

test('manifests are merged, so that a snapshot after many batches has few of them', async (t) => {
  const lake = await smallLake(t)
  let table: Table = lake.table
  for (let n = 0; n < 20; n++) {
    const at = new Date(Date.parse(FIRST) + n * 86_400_000).toISOString().replace('.000', '')
    table = await lake.stage(table, at, [await lake.write(table, at, [n])])
  }
  let manifests = 0
  const counting = { ...lake.storage, read: (location: string) => (manifests++, lake.storage.read(location)) }
  const scan = await planScan(counting, table, snapshotOf(table))
  assert.equal(scan.files.length, 20)
  assert.ok(manifests <= 9, `${manifests} files read`)
  assert.deepEqual(
    await lake.ids(table),
    Array.from({ length: 20 }, (_, n) => n),
  )
  assert.equal(new Set(scan.files.map((file) => file.sequenceNumber)).size, 20, 'merging keeps sequence numbers')
})

test('a renamed or added column reads right in old and new files, and an old tag keeps its schema', async (t) => {
  const lake = await smallLake(t)
  let table = await lake.stage(lake.table, FIRST, [await lake.write(lake.table, FIRST, [1])])
  const [id, block, batchAt] = tableSchema(table).fields
  const schema = {
    fields: [id!, { ...block!, name: 'street' }, batchAt!, { id: 4, name: 'ward', required: false, type: 'int' as const }],
  }
  table = await stageSnapshot(lake.storage, table, {
    add: [],
    remove: [],
    summary: {},
    schema,
    tag: SECOND,
    now: new Date(SECOND),
  })
  assert.deepEqual(table.metadata['last-column-id'], 4)
  const now = await lake.engine.rows(
    scanSql(await planScan(lake.storage, table, snapshotOf(table)), { columns: ['ward', 'street', 'id'] }),
  )
  assert.deepEqual(now, [{ ward: null, street: 'block', id: 1n }])
  const then = await lake.engine.rows(
    scanSql(await planScan(lake.storage, table, snapshotOf(table, FIRST)), { columns: ['block'] }),
  )
  assert.deepEqual(then, [{ block: 'block' }])
})
