import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import { openDuckDb } from '../../../src/engine/duckdb/engine.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { stageSnapshot, writeMetadata } from '../../../src/lake/write/stage.ts'
import { loadTable, tableSchema } from '../../../src/lake/table.ts'
import { dataFileLocation, describeDataFile } from '../../../src/lake/write/write.ts'
import { type Incident, makeCity, theft, watch } from '../city.ts'

const incident = (id: number, more: Partial<Incident> = {}): Incident => ({ ...theft, id, ...more })

/** Puts rows into quarantine as an earlier version of Blotter, with stricter readings, would have left them. */
async function quarantined(city: Awaited<ReturnType<typeof makeCity>>, rows: readonly [rule: string, incident: Incident][]) {
  const storage = localStorage()
  const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: 'blotter' })
  const entry = await catalog.entry('quarantine.crimes')
  const table = await loadTable(storage, 'quarantine.crimes', entry!.metadataLocation)
  await using engine = await openDuckDb({ memoryBytes: 2 ** 27, spillFolder: join(city.folder, 'spill') })
  const selects = rows.map(([rule, row]) => {
    const values = tableSchema(table).fields.map(({ name }) => {
      if (name === 'batch_at') return `timestamptz '2026-02-01T06:00:00Z' AS batch_at`
      const value = { run: 'r', rule, key: String(row.id), ...row, id: String(row.id) }[name]
      return `${value === undefined ? 'NULL::VARCHAR' : `'${value}'`} AS "${name}"`
    })
    return `SELECT ${values.join(', ')}`
  })
  const location = dataFileLocation(table, '2026-02-01T06:00:00Z', 'earlier')
  const written = await engine.writeParquet(selects.join(' UNION ALL '), storage.enginePath(location), tableSchema(table))
  const add = [describeDataFile(table, written, { location, batchAt: '2026-02-01T06:00:00Z' })]
  const staged = await stageSnapshot(storage, table, { add, remove: [], summary: {}, now: new Date() })
  await catalog.commit([await writeMetadata(storage, staged)])
  catalog.close()
}

test('rows that pass by now land in a batch of their own and leave quarantine; the others stay', async () => {
  await using city = await makeCity()
  const newer = { location_description: 'PARK', updated_on: '2026-01-02 15:40:00' }
  await city.publish([incident(1), incident(4, newer), incident(5)])
  await city.run({ at: '2026-02-01T06:00:00Z' })
  await quarantined(city, [
    ['bad_type', incident(2)],
    ['bad_date', incident(3, { date: '0000-00-00 00:00:00' })],
    ['bad_type', incident(4)],
    ['bad_type', incident(5, { arrest: 'true', updated_on: '2026-01-03 15:40:00' })],
    ['few_fields', incident(6)],
  ])
  const released = await city.platform.quarantineRelease(watch())
  assert.deepEqual([released.state, released.kind, released.changes], ['succeeded', 'incremental', { new: 1, arrested: 1 }])
  assert.deepEqual([released.rows.read, released.rows.landed, released.rows.quarantined], [3, 2, 1])
  assert.deepEqual(await city.query('select id, location_description as place, arrest from raw.crimes order by id'), [
    { id: 1n, place: 'STREET', arrest: false },
    { id: 2n, place: 'STREET', arrest: false },
    { id: 4n, place: 'PARK', arrest: false },
    { id: 5n, place: 'STREET', arrest: true },
  ])
  const left = await city.platform.quarantine({ limit: 10 })
  assert.deepEqual(left.rows.map((row) => [row.key, row.rule]).sort(), [
    ['3', 'bad_date'],
    ['4', 'bad_type'],
    ['6', 'few_fields'],
  ])
  const again = await city.platform.quarantineRelease(watch())
  assert.deepEqual([again.changes, again.rows.landed, again.rows.quarantined], [{}, 0, 1])
})

test('a release of an empty quarantine is a batch without a change, and the next batch is compared with its source as before', async () => {
  await using city = await makeCity()
  await assert.rejects(city.platform.quarantineRelease(watch()), { code: 'lake_missing' })
  await city.publish([incident(1)])
  await city.run()
  const released = await city.platform.quarantineRelease(watch())
  assert.deepEqual([released.state, released.rows.read, released.changes], ['succeeded', 0, {}])
  await city.publish([incident(1), incident(2)])
  const next = await city.run()
  assert.deepEqual([next.state, next.changes], ['succeeded', { new: 1 }])
})
