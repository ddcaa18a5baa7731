import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rebase } from '../../../src/lake/write/rebase.ts'
import { stageTag, withMetadata, writeMetadata } from '../../../src/lake/write/stage.ts'
import type { TableMetadata } from '../../../src/lake/format/metadata.ts'
import { loadTable, snapshotOf, type Table } from '../../../src/lake/table.ts'
import { smallLake, type SmallLake } from '../small-lake.ts'

const FIRST = '2026-07-01T06:00:00Z'
const SECOND = '2026-07-02T06:00:00Z'
const NOW = new Date('2026-07-03T06:00:00Z')

async function committed(lake: SmallLake, table: Table): Promise<Table> {
  const { to } = await writeMetadata(lake.storage, table)
  return loadTable(lake.storage, table.name, to)
}

/** A table of one batch, and a second batch that is staged upon it. */
async function staged(lake: SmallLake): Promise<{ base: Table; ours: Table }> {
  const base = await committed(lake, await lake.stage(lake.table, FIRST, [await lake.write(lake.table, FIRST, [1, 2, 3])]))
  const { add } = await lake.hide(base, SECOND, 'id = 2')
  const ours = await lake.stage(base, SECOND, [...add, await lake.write(base, SECOND, [4])])
  return { base, ours }
}

/** What another writer has committed upon the base. */
const theirs = (lake: SmallLake, base: Table, change: Partial<TableMetadata>): Promise<Table> =>
  committed(lake, withMetadata(base, change, NOW))

test('properties and tags of another writer are kept, and the staged rows are laid upon them', async (t) => {
  const lake = await smallLake(t)
  const { base, ours } = await staged(lake)
  const tagged = stageTag(withMetadata(base, { properties: { ...base.metadata.properties, owner: 'ops' } }, NOW), 'audit', NOW)
  const current = await committed(lake, tagged)
  const done = rebase(withMetadata(ours, { properties: { ...ours.metadata.properties, mine: '1' } }, NOW), base, current, NOW)
  assert.ok(done)
  const read = await committed(lake, done)
  assert.deepEqual(await lake.ids(read), [1, 3, 4])
  assert.deepEqual(await lake.ids(read, 'audit'), [1, 2, 3])
  assert.deepEqual(await lake.ids(read, FIRST), [1, 2, 3])
  assert.deepEqual(await lake.ids(read, SECOND), [1, 3, 4])
  const { owner, mine } = read.metadata.properties
  assert.deepEqual([owner, mine], ['ops', '1'])
  assert.equal(read.metadata['metadata-log'].at(-1)?.['metadata-file'], current.metadataLocation)
  assert.equal(read.metadata['last-sequence-number'], ours.metadata['last-sequence-number'])
  assert.equal(read.metadata['snapshot-log'].at(-1)?.['snapshot-id'], snapshotOf(ours)!['snapshot-id'])
})

test('rows, columns, or the same property otherwise: what another writer has changed then does not go with ours', async (t) => {
  const lake = await smallLake(t)
  const { base, ours } = await staged(lake)
  const rows = await committed(lake, await lake.stage(base, 'other', [await lake.write(base, SECOND, [9])]))
  assert.equal(rebase(ours, base, rows, NOW), undefined)
  const [schema] = base.metadata.schemas
  const columns = { schemas: [schema!, { ...schema!, 'schema-id': 1 }], 'current-schema-id': 1 }
  assert.equal(rebase(ours, base, await theirs(lake, base, columns), NOW), undefined)
  const mine = withMetadata(ours, { properties: { ...ours.metadata.properties, owner: 'me' } }, NOW)
  const owned = { properties: { ...base.metadata.properties, owner: 'ops' } }
  assert.equal(rebase(mine, base, await theirs(lake, base, owned), NOW), undefined)
  // The batch's tag is taken, by the same writer's run of before for instance.
  assert.equal(rebase(ours, base, await theirs(lake, base, stageTag(base, SECOND, NOW).metadata), NOW), undefined)
})

test('a property that another writer takes out stays out, and one that we take out does too', async (t) => {
  const lake = await smallLake(t)
  const { base } = await staged(lake)
  const held = await theirs(lake, base, { properties: { theirs: '1', ours: '1', both: '1' } })
  const current = await theirs(lake, held, { properties: { ours: '1', both: '1' } })
  const done = rebase(withMetadata(held, { properties: { theirs: '1', both: '1' } }, NOW), held, current, NOW)
  assert.deepEqual(done?.metadata.properties, { both: '1' })
})
