import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { LAKE_VERSION, scanAsOf, scansAsOf, viewLake } from '../../src/history/as-of.ts'
import { BATCHES_TABLE } from '../../src/history/ledger.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import { stageSnapshot, writeMetadata } from '../../src/lake/write/stage.ts'
import { newTable } from '../../src/lake/table.ts'
import { schemaOf } from '../../src/model/schema.ts'

async function inLake(work: (lake: ReturnType<typeof lakeAt>) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-as-of-'))
  const lake = lakeAt(folder)
  try {
    await work(lake)
  } finally {
    lake.catalog.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function lakeAt(folder: string) {
  const storage = localStorage()
  const catalog = openSqliteCatalog(join(folder, 'catalog.sqlite'), { name: 'blotter' })
  const location = `file://${folder}`
  const make = async (name: string, tag: string, properties: Record<string, string> = {}, at = location): Promise<void> => {
    const schema = schemaOf([{ name: 'n', type: 'int' }])
    const table = newTable({ name, location: `${at}/${name.replace('.', '/')}`, schema, partitionBy: null, properties })
    const staged = await stageSnapshot(storage, table, { add: [], remove: [], summary: {}, tag, now: new Date() })
    await catalog.commit([await writeMetadata(storage, staged)])
  }
  return { storage, catalog, location, make }
}

test('a batch is what history.batches is tagged with, and a table that came later is left out of it', () =>
  inLake(async (lake) => {
    assert.deepEqual((await viewLake(lake)).batches, [])
    await lake.make('raw.x', '2026-02-01T06:00:00Z')
    assert.deepEqual((await viewLake(lake)).batches, [], 'without history.batches nothing is committed')
    await lake.make(BATCHES_TABLE, '2026-02-01T06:00:00Z')
    await lake.make('aggregates.later', '2026-02-02T06:00:00Z')
    const view = await viewLake(lake)
    assert.deepEqual(
      view.batches.map((batch) => batch.batchAt),
      ['2026-02-01T06:00:00Z'],
    )
    const scans = await scansAsOf(lake.storage, view, '2026-02-01T06:00:00Z')
    assert.deepEqual(scans.map((scan) => scan.table).sort(), [BATCHES_TABLE, 'raw.x'])
    await assert.rejects(scanAsOf(lake.storage, view, 'aggregates.later', '2026-02-01T06:00:00Z'), { code: 'batch_missing' })
  }))

test('a lake of a later Blotter is refused, with what it is and what this one knows', () =>
  inLake(async (lake) => {
    await lake.make(BATCHES_TABLE, '2026-02-01T06:00:00Z', { [LAKE_VERSION.property]: String(LAKE_VERSION.value + 1) })
    await assert.rejects(viewLake(lake), { code: 'lake_newer', message: /newer Blotter/ })
  }))

test('a lake that was copied is not taken for the one that its metadata names', () =>
  inLake(async (lake) => {
    await lake.make(BATCHES_TABLE, '2026-02-01T06:00:00Z')
    await assert.rejects(viewLake({ ...lake, location: `${lake.location}-elsewhere` }), { code: 'lake_moved' })
  }))
