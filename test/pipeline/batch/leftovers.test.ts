import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSqliteCatalog } from '../../../src/catalog/sqlite/catalog.ts'
import { viewLake } from '../../../src/history/as-of.ts'
import { localStorage } from '../../../src/lake/local/storage.ts'
import { referencedFiles } from '../../../src/lake/upkeep/orphans.ts'
import { type City, type Incident, makeCity, watch } from '../city.ts'

const SECOND = '2026-02-02T06:00:00Z'
const THIRD = '2026-02-03T06:00:00Z'

const incident = (id: number, day = 0): Incident => ({
  id,
  date: '2025-12-01 12:00:00',
  primary_type: 'THEFT',
  description: 'SIMPLE',
  block: `${id}00XX W ADAMS ST`,
  location_description: `STREET ${day}`,
  arrest: 'false',
  updated_on: `2026-01-0${day + 1} 15:40:00`,
})

const rowsOf = (day: number): Incident[] => Array.from({ length: 30 }, (_, i) => incident(i + 1, i % 3 === 0 ? day : 0))

const killed = (city: City, at: string, step: string, state: string): void => {
  const program = join(import.meta.dirname, '../programs/killed-run.ts')
  const child = spawnSync(process.execPath, [program, city.folder, city.source, at, step, state], {
    encoding: 'utf8',
    timeout: 60_000,
  })
  assert.equal(child.signal, 'SIGKILL', child.stderr)
}

/** Files in the folders of the lake's tables that no version of any table needs. */
async function orphansOf(city: City): Promise<string[]> {
  const storage = localStorage()
  const catalog = openSqliteCatalog(join(city.lake, 'catalog.sqlite'), { name: 'blotter', create: false })
  try {
    const { tables } = await viewLake({ storage, catalog, location: `file://${city.lake}` })
    const needed = await referencedFiles(storage, tables)
    const found: string[] = []
    for (const { metadata } of tables)
      for await (const { location } of storage.list(metadata.location)) found.push(location.replace('file://', ''))
    assert.ok(
      [...needed].every((location) => found.includes(location)),
      'every file that is needed is there',
    )
    return found.filter((location) => !needed.has(location))
  } finally {
    catalog.close()
  }
}

const runFolders = (city: City): string[] => readdirSync(join(city.lake, '.blotter/runs'))

for (const [step, state] of [
  ['land', 'running'],
  ['land', 'succeeded'],
  ['transform', 'succeeded'],
  ['commit', 'midst'],
  ['publish', 'running'],
] as const) {
  test(`a run that is killed when ${step} is ${state} and goes on leaves no file that nobody needs`, async () => {
    await using city = await makeCity()
    await city.publish(rowsOf(0))
    await city.run({ at: '2026-02-01T06:00:00Z' })
    assert.deepEqual(await orphansOf(city), [])
    await city.publish(rowsOf(1))
    killed(city, SECOND, step, state)
    const report = await city.run()
    assert.equal(report.batch_at, SECOND)
    assert.deepEqual(await orphansOf(city), [])
    assert.deepEqual(runFolders(city), [])
    const [row] = await city.query("select count(*)::int as n from raw.crimes where location_description = 'STREET 1'")
    assert.equal(row?.['n'], 10)
  })
}

test('a run that is killed while it compacts has ended before, and the next one sweeps what that left', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: '2026-02-01T06:00:00Z' })
  await city.publish(rowsOf(1))
  killed(city, SECOND, 'compact', 'midst')
  assert.match((await orphansOf(city))[0]!, /\/compact-[^/]+\.parquet$/)
  const [ended] = await city.platform.runs()
  assert.deepEqual([ended?.batch_at, ended?.state], [SECOND, 'succeeded'])
  const changed = "select count(*)::int as n from raw.crimes where location_description = 'STREET 1'"
  assert.deepEqual(await city.query(changed), [{ n: 10 }])

  await city.run({ at: THIRD })
  assert.deepEqual(await orphansOf(city), [])
  assert.deepEqual(runFolders(city), [])
  const raw = (await city.platform.tables()).find((table) => table.name === 'raw.crimes')
  assert.deepEqual(await city.query(changed), [{ n: 10 }])
  assert.equal(raw?.files, 2, 'compacted at last')
})

test('a run that is given up is swept by the next one, its work folder too', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: '2026-02-01T06:00:00Z' })
  await city.publish(rowsOf(1))
  killed(city, SECOND, 'commit', 'midst')
  const before = await orphansOf(city)
  assert.ok(before.some((file) => file.endsWith('.parquet')) && before.some((file) => file.endsWith('.metadata.json')))
  assert.ok(before.some((file) => file.endsWith('-m0.avro')) && before.some((file) => file.includes('/snap-')))
  await city.platform.runTerminate()
  const report = await city.run({ at: THIRD })
  assert.equal(report.batch_at, THIRD)
  assert.deepEqual(await orphansOf(city), [])
  assert.deepEqual(runFolders(city), [])
})

test('files of a held run stay until somebody has decided, and so do young files of unknown makers', async () => {
  await using city = await makeCity()
  await city.publish(rowsOf(0))
  await city.run({ at: '2026-02-01T06:00:00Z' })
  await city.publish(rowsOf(0).slice(0, 10))
  const held = await city.platform.run({ full: false, at: SECOND }, watch())
  assert.equal(held.state, 'held')
  const folder = join(city.lake, 'raw/crimes/data')
  const kept = `${folder}/${held.run}-0f9ad95a-41f5-4f40-a8b2-5d1a44c8a0a6.parquet`
  const [young, old] = [`${folder}/00000-0-young.parquet`, `${folder}/00000-0-old.parquet`]
  for (const file of [kept, young, old]) writeFileSync(file, 'x')
  for (const file of [kept, old]) utimesSync(file, 1, 1)

  await city.publish(rowsOf(1))
  killed(city, THIRD, 'transform', 'running')
  await city.run()
  assert.deepEqual((await orphansOf(city)).sort(), [kept, young].sort())
  assert.deepEqual(runFolders(city), [held.run])

  await city.platform.runTerminate(held.run)
  await city.publish(rowsOf(2))
  await city.run({ at: '2026-02-04T06:00:00Z' })
  assert.deepEqual(await orphansOf(city), [young])
  assert.deepEqual(await readdir(join(city.lake, '.blotter/runs')), [])
})
