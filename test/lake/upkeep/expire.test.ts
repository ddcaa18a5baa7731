import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expireTags } from '../../../src/lake/upkeep/expire.ts'
import { stageSnapshot } from '../../../src/lake/write/stage.ts'
import { snapshotOf, type Table, tagsOf } from '../../../src/lake/table.ts'
import { smallLake, type SmallLake } from '../small-lake.ts'

const day = (n: number): string => `2026-07-0${n}T06:00:00Z`
const NOW = new Date('2026-07-09T00:00:00Z')

async function threeBatches(lake: SmallLake): Promise<Table> {
  let table = lake.table
  for (const n of [1, 2, 3]) table = await lake.stage(table, day(n), [await lake.write(table, day(n), [n])])
  return table
}

test('the snapshots of expired tags go, those that anything else names stay', async (t) => {
  const lake = await smallLake(t)
  const table = await threeBatches(lake)
  const { table: next, removed } = expireTags(table, new Set([day(1), day(2)]), NOW)!
  assert.deepEqual(
    removed.map((one) => one['snapshot-id']),
    table.metadata.snapshots.slice(0, 2).map((one) => one['snapshot-id']),
  )
  assert.deepEqual([...tagsOf(next).keys()], [day(3)])
  assert.equal(next.metadata.snapshots.length, 1)
  assert.deepEqual(
    next.metadata['snapshot-log'].map((entry) => entry['snapshot-id']),
    [snapshotOf(next)!['snapshot-id']],
  )
  assert.deepEqual(await lake.ids(next), [1, 2, 3], 'rows stay whatever expires')
  assert.ok(next.metadata['last-updated-ms'] >= table.metadata['last-updated-ms'])
})

test("a tag that is somebody's own, a branch with its past, and main's newest snapshot stay", async (t) => {
  const lake = await smallLake(t)
  const table = await threeBatches(lake)
  const [first, second] = table.metadata.snapshots
  const named = (name: string, id: unknown, type: string): Table =>
    ({
      ...table,
      metadata: { ...table.metadata, refs: { ...table.metadata.refs, [name]: { 'snapshot-id': id, type } } },
    }) as Table
  const all = new Set([day(1), day(2), day(3)])
  const kept = (from: Table): unknown[] =>
    expireTags(from, all, NOW)!.table.metadata.snapshots.map((one) => one['sequence-number'])
  assert.deepEqual(kept(table), [3])
  assert.deepEqual(kept(named('audit', first!['snapshot-id'], 'tag')), [1, 3])
  assert.deepEqual(kept(named('trial', second!['snapshot-id'], 'branch')), [1, 2, 3])
  assert.equal(expireTags(table, new Set(['2026-06-01T06:00:00Z', 'main']), NOW), undefined)
})

test('what compaction left of an expired batch goes with it, of a kept one it stays', async (t) => {
  const lake = await smallLake(t)
  let table = await lake.stage(lake.table, day(1), [await lake.write(lake.table, day(1), [1])])
  const replace = async (): Promise<Table> =>
    stageSnapshot(lake.storage, table, { add: [], remove: [], operation: 'replace', summary: {}, now: NOW })
  table = await replace()
  table = await lake.stage(table, day(2), [await lake.write(table, day(2), [2])])
  table = await replace()
  table = await lake.stage(table, day(3), [await lake.write(table, day(3), [3])])
  const { table: next } = expireTags(table, new Set([day(1)]), NOW)!
  assert.deepEqual(
    next.metadata.snapshots.map((one) => one['sequence-number']),
    [3, 4, 5],
  )
})
