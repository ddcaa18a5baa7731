import assert from 'node:assert/strict'
import { rename } from 'node:fs/promises'
import { test } from 'node:test'
import { deleteTarget } from '../../../src/lake/format/data-file.ts'
import { liveFiles } from '../../../src/lake/read/plan.ts'
import { moved, relocateTable } from '../../../src/lake/upkeep/relocate.ts'
import { writeMetadata } from '../../../src/lake/write/stage.ts'
import { snapshotOf, tagsOf } from '../../../src/lake/table.ts'
import { smallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'

test('every spelling of a moved file gets its new place, and what lies elsewhere keeps its own', () => {
  const move = { from: '/old/lake', to: 'file:///new' }
  for (const spelling of ['file:///old/lake/a', 'file:/old/lake/a', '/old/lake/a'])
    assert.equal(moved(spelling, move), 'file:///new/a')
  for (const other of ['file:///old/lake2/a', '/elsewhere', 's3://old/lake/a', 'zstd', ''])
    assert.equal(moved(other, move), other)
})

test('a moved table has the same rows in every version, and its deletes name data files where they are now', async (t) => {
  const lake = await smallLake(t)
  const one = await writeMetadata(
    lake.storage,
    await lake.stage(lake.table, FIRST, [await lake.write(lake.table, FIRST, [1, 2, 3, 4])]),
  )
  const { add, remove } = await lake.hide(one.committed, SECOND, 'id < 3')
  const fresh = await lake.write(one.committed, SECOND, [1])
  const { committed: before } = await writeMetadata(
    lake.storage,
    await lake.stage(one.committed, SECOND, [...add, fresh], remove),
  )
  const old = `${lake.folder}/lake`
  const now = `${lake.folder}/elsewhere, ünder a new name`
  await rename(old, now)

  const move = { from: old, to: `file://${now}` }
  const { storage, engine } = lake
  const request = {
    storage,
    engine,
    name: 'raw.crimes',
    metadataLocation: before.metadataLocation!,
    move,
    label: 'relocate-1',
  }
  const { table } = await relocateTable(request)
  const { from, committed } = await writeMetadata(storage, table)
  assert.equal(from, before.metadataLocation, 'the catalog moves on from the place that it knows')
  assert.ok(committed.metadataLocation!.startsWith(`file://${now}/raw/crimes/metadata/00002-`))
  assert.ok(!JSON.stringify(committed.metadata).includes(`${old}/`))
  assert.deepEqual(
    [...tagsOf(committed).values()].map((one) => one['snapshot-id']),
    before.metadata.snapshots.map((one) => one['snapshot-id']),
  )
  assert.deepEqual(await lake.ids(committed, FIRST), [1, 2, 3, 4])
  assert.deepEqual(await lake.ids(committed, SECOND), [1, 3, 4])

  const live = (await liveFiles(storage, snapshotOf(committed)!)).map(({ file }) => file)
  const [deletes] = live.filter((file) => file.content === 1)
  const [data] = live.filter((file) => file.content === 0 && file.record_count === 4)
  assert.equal(deleteTarget({ ...deletes!, referenced_data_file: null }), data!.file_path, 'by its bounds')
  const rows = await engine.rows(
    `SELECT DISTINCT file_path FROM read_parquet('${storage.enginePath(deletes!.file_path)}')`,
  )
  assert.deepEqual(rows, [{ file_path: data!.file_path }])
  const next = await lake.hide(committed, SECOND, 'id = 4')
  assert.deepEqual(await lake.ids(await lake.stage(committed, '2026-07-03T06:00:00Z', next.add, next.remove)), [1, 3])
})

test('a table of which a data file did not come along is refused', async (t) => {
  const lake = await smallLake(t)
  const data = await lake.write(lake.table, FIRST, [1])
  const { committed } = await writeMetadata(lake.storage, await lake.stage(lake.table, FIRST, [data]))
  await rename(`${lake.folder}/lake`, `${lake.folder}/new`)
  const move = { from: `${lake.folder}/lake`, to: `file://${lake.folder}/new` }
  await lake.storage.remove(moved(data.file_path, move))
  const { storage, engine } = lake
  const request = {
    storage,
    engine,
    name: 'raw.crimes',
    metadataLocation: committed.metadataLocation!,
    move,
    label: 'x',
  }
  await assert.rejects(relocateTable(request), { code: 'lake_damaged' })
})
