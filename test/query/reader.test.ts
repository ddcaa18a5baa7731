import assert from 'node:assert/strict'
import { test } from 'node:test'
import { viewLake } from '../../src/history/as-of.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { join } from 'node:path'
import { localStorage } from '../../src/lake/local/storage.ts'
import { stageSnapshot, writeMetadata } from '../../src/lake/write/stage.ts'
import { newTable } from '../../src/lake/table.ts'
import { schemaOf } from '../../src/model/schema.ts'
import { listTables } from '../../src/query/table-list.ts'
import { openReader } from '../../src/query/reader.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'
import { openDuckDb } from '../../src/engine/duckdb/engine.ts'
import { type Incident, makeCity, theft } from '../pipeline/city.ts'

const incident = (id: number, more: Partial<Incident> = {}): Incident => ({ ...theft, id, ...more })

test('a table of somebody else is listed and read beside the pipeline’s, as it is now', async () => {
  await using city = await makeCity()
  await city.publish([incident(1)])
  await city.run({ at: '2026-02-01T06:00:00Z' })
  const storage = localStorage()
  const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: 'blotter' })
  const location = `file://${city.lake}`
  const notes = newTable({
    name: 'notes.mine',
    location: `${location}/notes/mine`,
    schema: schemaOf([{ name: 'n', type: 'int' }]),
    partitionBy: null,
  })
  const staged = await stageSnapshot(storage, notes, { add: [], remove: [], summary: {}, now: new Date() })
  await catalog.commit([await writeMetadata(storage, staged)])

  const view = await viewLake({ storage, catalog, location })
  assert.deepEqual(
    view.batches.map((batch) => batch.batchAt),
    ['2026-02-01T06:00:00Z'],
  )
  const pipeline = await loadPipeline('pipelines/chicago-crimes')
  const reader = openReader({
    lake: { storage, catalog, location },
    pipeline,
    openEngine: () => openDuckDb({ memoryBytes: 2 ** 27, spillFolder: join(city.folder, 'spill') }),
  })
  const scans = await reader.tablesAt(view, '2026-02-01T06:00:00Z')
  const listed = listTables(view, scans, '2026-02-01T06:00:00Z', ['raw.crimes'])
  assert.equal(listed[0]!.name, 'raw.crimes')
  assert.deepEqual(listed.find((table) => table.name === 'notes.mine')?.columns, [{ name: 'n', type: 'int' }])
  assert.match(
    listed.find((table) => table.name === 'history.changes')!.columns.find((column) => column.name === 'kinds')!.type,
    /^list<string>$/,
  )
  catalog.close()
})

test('a diff is refused backwards, and restamped incidents are told between neighbours only', async () => {
  await using city = await makeCity()
  for (const [day, stamp] of [
    [1, '15:40:00'],
    [2, '15:41:00'],
    [3, '15:42:00'],
  ] as const) {
    await city.publish([incident(1, { updated_on: `2026-01-01 ${stamp}` }), incident(2)])
    await city.run({ at: `2026-02-0${day}T06:00:00Z` })
  }
  await assert.rejects(city.platform.diff('latest', 'latest~1', { rows: false }), { code: 'usage', message: /later/ })
  assert.deepEqual(await city.platform.diff('latest~1', 'latest', { rows: false }), {
    from: '2026-02-02T06:00:00Z',
    to: '2026-02-03T06:00:00Z',
    incidents: 0,
    counts: { restamped: 1 },
  })
  assert.deepEqual((await city.platform.diff('latest~2', 'latest', { rows: true })).counts, {})
  assert.deepEqual((await city.platform.diff('2026-02-02', '2026-02-02', { rows: true })).incidents, 0)
})
