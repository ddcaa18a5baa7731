import assert from 'node:assert/strict'
import { cp, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../../src/config.ts'
import { silentLog } from '../../../src/log.ts'
import { openPlatform, type Platform } from '../../../src/platform.ts'
import { type City, type Incident, makeCity, watch } from '../city.ts'

const name = (day: number): string => `2026-01-${String(day + 1).padStart(2, '0')}T06:00:00Z`

const rowsOf = (day: number): Incident[] =>
  Array.from({ length: 40 }, (_, i) => ({
    id: i + 1,
    date: '2025-12-01 12:00:00',
    primary_type: 'THEFT',
    description: 'SIMPLE',
    block: `${i}00XX W ADAMS ST`,
    location_description: i < day * 2 ? 'STREET' : 'ALLEY',
    arrest: 'false',
    updated_on: `2026-01-0${i < day * 2 ? 2 : 1} 15:40:00`,
  }))

async function filledCity(): Promise<City> {
  const city = await makeCity()
  for (let day = 0; day < 3; day++) {
    await city.publish(rowsOf(day))
    await city.run({ at: name(day) })
  }
  return city
}

const openAt = (city: City, lake: string): Promise<Platform> =>
  openPlatform(loadConfig({ env: {}, flags: { lake, source: city.source }, cwd: city.folder }), silentLog)

async function rowsIn(platform: Platform, at: string): Promise<unknown[]> {
  const rows = []
  for (const sql of [
    'select * from raw.crimes order by id',
    'select * from history.changes order by all',
    'select * from aggregates.by_type',
  ]) {
    await using result = await platform.query(sql, { at, signal: AbortSignal.timeout(60_000) })
    for await (const some of result.rows()) rows.push(...some)
  }
  return rows
}

test('a moved lake is refused with the way to mend it, then read and gone on with as before', async () => {
  await using city = await filledCity()
  const before = await Promise.all([0, 1, 2].map((day) => rowsIn(city.platform, name(day))))
  const batches = await city.platform.batches()
  await city.platform[Symbol.asyncDispose]()
  const lake = join(city.folder, 'moved lake')
  await rename(city.lake, lake)
  await using platform = await openAt(city, lake)
  await assert.rejects(rowsIn(platform, 'latest'), { code: 'lake_moved', todo: /blotter relocate/ })
  const check = (await platform.doctor({ rebuild: false })).find((one) => one.name === 'lake')
  assert.equal(check?.state, 'fail')
  assert.match(String(check?.fix), /blotter relocate/)

  const report = await platform.relocate(watch())
  assert.equal(report.from, city.lake)
  assert.ok(report.tables.includes('raw.crimes') && report.tables.includes('history.batches'))
  assert.deepEqual(await platform.batches(), batches)
  assert.deepEqual(await Promise.all([0, 1, 2].map((day) => rowsIn(platform, name(day)))), before)
  assert.deepEqual((await platform.relocate(watch())).tables, [])
  await city.publish(rowsOf(4))
  assert.equal((await platform.run({ full: false, at: name(4) }, watch())).rows.landed, 4)
  assert.deepEqual(await rowsIn(platform, name(1)), before[1])
})

test('a copied lake becomes a lake of its own, and the first one loses nothing', async () => {
  await using city = await filledCity()
  const copy = join(city.folder, 'copy')
  await cp(city.lake, copy, { recursive: true })
  await using platform = await openAt(city, copy)
  await city.publish(rowsOf(4))
  await assert.rejects(platform.run({ full: false, at: name(4) }, watch()), { code: 'lake_moved' })
  await platform.relocate(watch())
  await platform.run({ full: false, at: name(4) }, watch())
  await platform.expire({ dryRun: false, batches: 1 }, watch())
  assert.equal((await city.platform.batches()).length, 3)
  for (const day of [0, 1, 2]) assert.ok((await rowsIn(city.platform, name(day))).length > 40)
})
