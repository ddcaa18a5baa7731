import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import { viewLake } from '../../../src/history/as-of.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { referencedFiles } from '../../../src/lake/upkeep/orphans.ts'
import { withMetadata, writeMetadata } from '../../../src/lake/write/stage.ts'
import { KEEP } from '../../../src/pipeline/upkeep/expire.ts'
import { type City, type Incident, makeCity, watch } from '../city.ts'
import { everything } from '../everything.ts'

const name = (day: number): string => `2026-01-${String(day + 1).padStart(2, '0')}T06:00:00Z`
const DAYS = 6

/** Each day changes three incidents, restamps one, and adds one; the third day's changes are undone on the fifth. */
const rowsOf = (day: number): Incident[] =>
  Array.from({ length: 40 + day }, (_, i) => {
    const changed = i % 3 === 0 && Math.floor(i / 9) < day ? Math.floor(i / 9) + 1 : 0
    return {
      id: i + 1,
      date: '2025-12-01 12:00:00',
      primary_type: i === 39 && day >= 2 && day < 4 ? 'ROBBERY' : 'THEFT',
      description: 'SIMPLE',
      block: `${i}00XX W ADAMS ST`,
      location_description: `STREET ${changed}`,
      arrest: i % 5 === 0 ? 'true' : 'false',
      updated_on: `2026-01-${String(i === 39 || i === 38 ? day + 1 : changed + 1).padStart(2, '0')} 15:40:00`,
    }
  })

async function filledCity(): Promise<City> {
  const city = await makeCity()
  for (let day = 0; day < DAYS; day++) {
    await city.publish(rowsOf(day))
    await city.run({ at: name(day) })
  }
  return city
}

async function withLake<T>(city: City, work: (lake: Parameters<typeof viewLake>[0]) => Promise<T>): Promise<T> {
  const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: 'blotter', create: false })
  try {
    return await work({ storage: localStorage(), catalog, location: `file://${city.lake}` })
  } finally {
    catalog.close()
  }
}

/** How many files no table needs, while none that one needs is missing. */
const orphans = (city: City): Promise<string[]> =>
  withLake(city, async ({ storage, catalog, location }) => {
    const { tables } = await viewLake({ storage, catalog, location })
    const needed = await referencedFiles(storage, tables)
    for (const file of needed) assert.ok(existsSync(file), `${file} is needed`)
    const found: string[] = []
    for (const { metadata } of tables)
      for await (const file of storage.list(metadata.location)) found.push(file.location.replace('file://', ''))
    return found.filter((file) => !needed.has(file))
  })

const expire = (city: City, batches: number, dryRun = false) => city.platform.expire({ dryRun, batches }, watch())

test('after old batches expired, the others and every diff between them are as before, and no file is left over', async () => {
  await using city = await filledCity()
  await city.platform.compact({ dryRun: false }, watch())
  const kept = [3, 4, 5].map(name)
  const before = new Map<string, unknown[]>()
  for (const at of kept) before.set(at, await everything(city, at))
  const diff = () => city.platform.diff(name(3), name(5), { rows: true })
  const told = await diff()
  const ledger = await city.query('select * from history.changes order by all')

  const planned = await expire(city, 3, true)
  assert.deepEqual([planned.expired, planned.kept], [[0, 1, 2].map(name), kept])
  assert.equal((await city.platform.batches()).length, DAYS)
  const done = await expire(city, 3)
  assert.deepEqual({ ...done, dry_run: true }, planned)
  assert.ok(done.files > 10)
  assert.deepEqual(await orphans(city), [])

  assert.deepEqual(
    (await city.platform.batches()).map((batch) => batch.batch_at),
    kept,
  )
  for (const [at, rows] of before) assert.deepEqual(await everything(city, at), rows, at)
  assert.deepEqual(await diff(), told)
  assert.deepEqual(await city.query('select * from history.changes order by all'), ledger)
  assert.deepEqual(await expire(city, 3), { dry_run: false, expired: [], kept, files: 0, size_bytes: 0 })
  await assert.rejects(city.query('select 1', name(1)), {
    code: 'batch_missing',
    message: new RegExp(`nearest is ${name(3)}`),
  })
  await assert.rejects(city.platform.diff(name(1), name(4), { rows: false }), { code: 'batch_missing' })

  await city.publish(rowsOf(DAYS))
  assert.equal((await city.run({ at: name(DAYS) })).kind, 'incremental')
  assert.deepEqual(await everything(city, name(3)), before.get(name(3)))
})

test('a batch that is to be kept stays, and the ledger tells what changed since, over batches that are gone', async () => {
  await using city = await filledCity()
  const told = await city.platform.diff(name(1), name(5), { rows: true })
  const first = await everything(city, name(1))
  await withLake(city, async ({ storage, catalog, location }) => {
    const batches = (await viewLake({ storage, catalog, location })).tables.find(
      (table) => table.name === 'history.batches',
    )!
    const properties = { ...batches.metadata.properties, [KEEP]: JSON.stringify([name(1)]) }
    await catalog.commit([await writeMetadata(storage, withMetadata(batches, { properties }, new Date()))])
  })
  const done = await expire(city, 1)
  assert.deepEqual(done.kept, [name(1), name(5)])
  assert.deepEqual(await orphans(city), [])
  assert.deepEqual(await city.platform.diff(name(1), name(5), { rows: true }), told)
  assert.deepEqual(await everything(city, name(1)), first)
  assert.equal(told.counts.restamped, undefined, 'they are no neighbours only because what lay between is gone')
})

test('a retention has to be said, and a held run decided, before anything expires', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: name(0) })
  await assert.rejects(city.platform.expire({ dryRun: true }, watch()), { code: 'usage' })
  await city.publish(rowsOf(1).slice(0, 20))
  const held = await city.platform.run({ full: false, at: name(1) }, watch())
  assert.equal(held.state, 'held')
  await assert.rejects(expire(city, 1), { code: 'run_held' })
})
