import assert from 'node:assert/strict'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Catalog } from '../../../src/catalog/catalog.ts'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import { BATCHES_TABLE } from '../../../src/history/ledger.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { stageSnapshot, withMetadata, writeMetadata } from '../../../src/lake/write/stage.ts'
import { newTable, snapshotOf, type Table, tagsOf } from '../../../src/lake/table.ts'
import { branchOf, publishBranches, settleBranches } from '../../../src/platform/spark/branches.ts'
import { schemaOf } from '../../../src/model/schema.ts'
import { loadFrom, writeBranch as write } from './write-branch.ts'

const NAMES = ['raw.crimes', BATCHES_TABLE] as const
const NOW = new Date('2026-11-23T06:00:00Z')
const at = { now: NOW, assertHeld: () => {} }
const [FIRST, SECOND] = ['2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z']

describe('Branches that an engine has written', () => {
  let folder = ''
  let catalog: Catalog
  const storage = localStorage()
  const lake = () => ({ storage, catalog, location: `file://${folder}` })
  const load = (name: string): Promise<Table> => loadFrom(catalog, name)
  const commit = async (table: Table): Promise<void> => catalog.commit([await writeMetadata(storage, table)])
  const snapshotOn = async (table: Table, run: string, batch: string, tag?: string): Promise<Table> =>
    stageSnapshot(storage, table, {
      add: [],
      remove: [],
      summary: { 'blotter.run': run, 'blotter.batch': batch },
      now: NOW,
      ...(tag ? { tag } : {}),
    })

  const writeBranch = (name: string, run: string, batch: string): Promise<void> => write(catalog, name, run, batch)

  beforeEach(async () => {
    folder = await mkdtemp(join(await realpath(tmpdir()), 'blotter-'))
    catalog = openSqliteCatalog(join(folder, 'catalog.sqlite'), { name: 'blotter' })
    for (const name of NAMES) {
      const location = `file://${folder}/${name.replace('.', '/')}`
      const table = newTable({ name, location, schema: schemaOf([{ name: 'id', type: 'long' }]), partitionBy: null })
      await commit(await snapshotOn(table, 'first', FIRST, FIRST))
    }
  })
  afterEach(async () => {
    catalog.close()
    await rm(folder, { recursive: true })
  })

  it('are published together: mains move, tags are set, branches are gone', async () => {
    for (const name of NAMES) await writeBranch(name, 'r2', SECOND)
    const heads = await Promise.all(NAMES.map(async (name) => snapshotOf(await load(name), branchOf('r2'))!['snapshot-id']))
    const published = await publishBranches(lake(), NAMES, { run: 'r2', batchAt: SECOND }, at)
    assert.deepEqual(
      published.map(({ changed }) => changed),
      [true, true],
    )
    for (const [i, name] of NAMES.entries()) {
      const table = await load(name)
      assert.equal(snapshotOf(table)!['snapshot-id'], heads[i])
      assert.equal(table.metadata['current-snapshot-id'], heads[i])
      assert.equal(tagsOf(table).get(SECOND)!['snapshot-id'], heads[i])
      assert.deepEqual(Object.keys(table.metadata.refs).sort(), [FIRST, SECOND, 'main'])
      assert.equal(table.metadata['snapshot-log'].at(-1)!['snapshot-id'], heads[i])
    }
  })

  it('of a table in which nothing changed leave main where it was', async () => {
    await writeBranch(BATCHES_TABLE, 'r2', SECOND)
    const before = snapshotOf(await load('raw.crimes'))!['snapshot-id']
    const published = await publishBranches(lake(), NAMES, { run: 'r2', batchAt: SECOND }, at)
    assert.deepEqual(
      published.map(({ changed }) => changed),
      [false, true],
    )
    assert.equal(tagsOf(await load('raw.crimes')).get(SECOND)!['snapshot-id'], before)
  })

  it('are not published where the lake was lost to another process', async () => {
    for (const name of NAMES) await writeBranch(name, 'r2', SECOND)
    const lost = () => {
      throw new Error('lease lost')
    }
    await assert.rejects(
      publishBranches(lake(), NAMES, { run: 'r2', batchAt: SECOND }, { now: NOW, assertHeld: lost }),
      /lease lost/,
    )
    for (const name of NAMES) assert.equal(tagsOf(await load(name)).has(SECOND), false)
  })

  it('of a run that died go, with the snapshots that they alone hold', async () => {
    for (const name of NAMES) await writeBranch(name, 'dead', SECOND)
    const before = await Promise.all(NAMES.map(load))
    assert.deepEqual(await settleBranches(lake(), NAMES, at), { finished: [], dropped: ['dead'] })
    for (const [i, name] of NAMES.entries()) {
      const table = await load(name)
      assert.equal(snapshotOf(table)!['snapshot-id'], snapshotOf(before[i]!)!['snapshot-id'])
      assert.equal(table.metadata.snapshots.length, 1)
      assert.deepEqual(Object.keys(table.metadata.refs).sort(), [FIRST, 'main'])
    }
  })

  it('of a run that had begun to publish are published to the end', async () => {
    for (const name of NAMES) await writeBranch(name, 'half', SECOND)
    await publishBranches(lake(), ['raw.crimes'], { run: 'half', batchAt: SECOND }, at)
    assert.deepEqual(await settleBranches(lake(), NAMES, at), { finished: ['half'], dropped: [] })
    for (const name of NAMES) assert.ok(tagsOf(await load(name)).has(SECOND))
  })

  it('of the run that goes on, and of people, stay', async () => {
    for (const name of NAMES) await writeBranch(name, 'r2', SECOND)
    const table = await load('raw.crimes')
    const head = snapshotOf(table)!['snapshot-id']
    await commit(
      withMetadata(table, { refs: { ...table.metadata.refs, mine: { type: 'branch', 'snapshot-id': head } } }, NOW),
    )
    assert.deepEqual(await settleBranches(lake(), NAMES, { ...at, spared: 'r2' }), { finished: [], dropped: [] })
    assert.deepEqual(Object.keys((await load('raw.crimes')).metadata.refs).sort(), [FIRST, 'main', 'mine', 'run-r2'])
  })

  it('that are not there cost no commit', async () => {
    const before = (await catalog.entry('raw.crimes'))!.metadataLocation
    assert.deepEqual(await settleBranches(lake(), NAMES, at), { finished: [], dropped: [] })
    assert.equal((await catalog.entry('raw.crimes'))!.metadataLocation, before)
  })
})
