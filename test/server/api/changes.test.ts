import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ChangedPlaces } from '../../../src/platform/serving/changes.ts'
import type { ChangesPage } from '../../../src/query/change-explorer.ts'
import type { IncidentLife } from '../../../src/query/incident-life.ts'
import type { FoundIncident } from '../../../src/query/search.ts'
import { serveCity, theft } from '../served-city.ts'

const [FIRST, SECOND] = ['2026-02-01T06:00:00Z', '2026-02-02T06:00:00Z']
const later = '2026-02-01 15:40:00'

/** Two batches: 1 is arrested, 2 becomes a robbery and moves, 3 vanishes, 4 and 5 are new. */
async function twoBatches(t: Parameters<typeof serveCity>[0]) {
  const served = await serveCity(t)
  const { city } = served
  // So many that one that vanishes holds no run.
  const others = Array.from({ length: 30 }, (_, n) => ({ ...theft, id: 100 + n }))
  await city.publish([...[1, 2, 3].map((id) => ({ ...theft, id })), ...others])
  await city.run({ at: FIRST })
  await city.publish([
    ...others,
    { ...theft, arrest: 'true', updated_on: later },
    { ...theft, id: 2, primary_type: 'ROBBERY', block: '1XX W ADAMS ST', updated_on: later },
    { ...theft, id: 4 },
    { ...theft, id: 5, primary_type: 'ARSON' },
  ])
  await city.run({ at: SECOND })
  return served
}

test('what changed between two batches is counted, by type too, and listed part by part', async (t) => {
  const { get } = await twoBatches(t)
  const all = await get<ChangesPage>(`/api/v1/changes?from=${FIRST}&to=${SECOND}`)
  assert.deepEqual([all.from, all.to, all.incidents, all.total], [FIRST, SECOND, 5, 5])
  assert.deepEqual(all.counts, { new: 2, vanished: 1, arrested: 1, reclassified: 1, moved: 1 })
  assert.equal(all.category, 'primary_type')
  assert.deepEqual(all.by_type, [
    { type: 'THEFT', incidents: 3, counts: { new: 1, vanished: 1, arrested: 1 } },
    { type: 'ARSON', incidents: 1, counts: { new: 1 } },
    { type: 'ROBBERY', incidents: 1, counts: { reclassified: 1, moved: 1 } },
  ])
  assert.deepEqual(all.reclassified, [{ from: 'THEFT', to: 'ROBBERY', n: 1 }])
  assert.deepEqual(
    all.rows.map(({ id }) => id),
    [1, 2, 3, 4, 5],
  )
  const part = await get<ChangesPage>('/api/v1/changes?offset=1&limit=2')
  assert.deepEqual([part.total, part.rows.map(({ id }) => id)], [5, [2, 3]])
})

test('filters narrow the list and leave the counts of the whole', async (t) => {
  const { get, ask } = await twoBatches(t)
  const ids = async (filter: string) => {
    const found = await get<ChangesPage>(`/api/v1/changes?${filter}`)
    assert.equal(found.incidents, 5)
    assert.equal(found.total, found.rows.length)
    return found.rows.map(({ id }) => id)
  }
  assert.deepEqual(await ids('kind=new'), [4, 5])
  assert.deepEqual(await ids('kind=new&type=ARSON'), [5])
  assert.deepEqual(await ids('type=THEFT'), [1, 3, 4])
  assert.deepEqual(await ids('was=THEFT&is=ROBBERY'), [2])
  assert.deepEqual(await ids(`type=${encodeURIComponent("' OR true --")}`), [])
  for (const wrong of ['limit=501', 'offset=-1', 'from=latest&to=latest~1', 'from=nonsense']) {
    assert.equal((await ask('GET', `/api/v1/changes?${wrong}`)).status, 400, wrong)
  }
  assert.equal((await ask('GET', '/api/v1/changes?from=2020-01-01')).status, 404)
})

test('all changes are counted by the hexagons of a dashboard, where they are or last were, and one of them is listed', async (t) => {
  const { city, get, ask } = await serveCity(t)
  const publish = (rows: string[]): Promise<void> => {
    const stayed = Array.from(
      { length: 30 },
      (_, n) => `${100 + n},2025-12-01 12:00:00,THEFT,false,41.75,-87.6,2026-01-01 00:00:00`,
    )
    const header = 'id,date,primary_type,arrest,latitude,longitude,updated_on'
    return writeFile(join(city.folder, 'crimes.csv'), `${[header, ...rows, ...stayed].join('\n')}\n`)
  }
  const row = (id: number, at: string, arrest = 'false', on = '2026-01-01 00:00:00'): string =>
    `${id},2025-12-01 12:00:00,THEFT,${arrest},${at},${on}`
  const [loop, north] = ['41.8781,-87.6298', '41.97,-87.66']
  await publish([row(1, loop), row(2, loop), row(3, north)])
  await city.run({ at: FIRST })
  // 1 is arrested, 2 moves to the north, 3 vanishes there, 4 is new without a place, 5 in the Loop.
  await publish([row(1, loop, 'true', later), row(2, north, 'false', later), row(4, ','), row(5, loop)])
  await city.run({ at: SECOND })
  const board = 'dashboard=crimes-without-arrest'
  const { places, size_m: size } = await get<ChangedPlaces>(`/api/v1/changes/places?${board}`)
  assert.equal(size, 350)
  const counts = Object.fromEntries(places.map(({ key, incidents, counts: kinds }) => [key, [incidents, kinds]]))
  const inNorth = places.find(({ lat }) => lat !== undefined && lat > 41.95)!.key
  assert.deepEqual(counts, {
    '0:0': [2, { arrested: 1, new: 1 }],
    [inNorth]: [2, { moved: 1, vanished: 1 }],
    unknown: [1, { new: 1 }],
  })
  const ids = async (query: string) => (await get<ChangesPage>(`/api/v1/changes?${query}`)).rows.map(({ id }) => id)
  assert.deepEqual(await ids(`${board}&place=0:0`), [1, 5])
  assert.deepEqual(await ids(`${board}&place=${inNorth}&kind=vanished`), [3])
  assert.deepEqual(await ids(`${board}&place=unknown`), [4])
  assert.deepEqual(await ids(`${board}&place=${encodeURIComponent("0:0' OR true")}`), [])
  const arrested = await get<ChangedPlaces>(`/api/v1/changes/places?${board}&kind=arrested`)
  assert.deepEqual(
    arrested.places.map(({ key, incidents }) => [key, incidents]),
    [['0:0', 1]],
  )
  assert.equal((await ask('GET', '/api/v1/changes/places')).status, 400)
  assert.equal((await ask('GET', '/api/v1/changes/places?dashboard=none')).status, 404)
})

test('an answer of two batches named by their times may be kept for ever', async (t) => {
  const { ask } = await twoBatches(t)
  const named = await ask('GET', `/api/v1/changes?from=${FIRST}&to=${SECOND}`)
  assert.match(String(named.headers['cache-control']), /immutable/)
  assert.match(String((await ask('GET', '/api/v1/changes')).headers['cache-control']), /no-cache/)
})

test('what is answered is what the command line’s difference is, row by row', async (t) => {
  const { city, get } = await twoBatches(t)
  const { changes, ...whole } = await city.platform.diff(FIRST, SECOND, { rows: true })
  const answer = await get<ChangesPage>(`/api/v1/changes?from=${FIRST}&to=${SECOND}&limit=500`)
  assert.deepEqual({ from: answer.from, to: answer.to, incidents: answer.incidents, counts: answer.counts }, whole)
  assert.deepEqual(answer.rows, JSON.parse(JSON.stringify(changes)))
})

test('more pairs of batches are answered than stay folded, each as before', async (t) => {
  const { city, get } = await serveCity(t)
  for (let day = 1; day <= 6; day++) {
    await city.publish(Array.from({ length: day }, (_, n) => ({ ...theft, id: n + 1 })))
    await city.run({ at: `2026-02-0${day}T06:00:00Z` })
  }
  for (let round = 0; round < 2; round++) {
    const counted = await Promise.all(
      [2, 3, 4, 5, 6].map(
        async (day) => (await get<ChangesPage>(`/api/v1/changes?from=2026-02-01&to=2026-02-0${day}`)).counts,
      ),
    )
    assert.deepEqual(counted, [{ new: 1 }, { new: 2 }, { new: 3 }, { new: 4 }, { new: 5 }])
  }
})

test('an incident tells its life, from the batch that first saw it', async (t) => {
  const { get, ask } = await twoBatches(t)
  const old = await get<IncidentLife>('/api/v1/incidents/2')
  assert.deepEqual([old.id, old.entered, old.changes.length], ['2', FIRST, 1])
  assert.deepEqual(old.changes[0]!.kinds, ['reclassified', 'moved'])
  assert.deepEqual([old.now?.['primary_type'], old.now?.['batch_at']], ['ROBBERY', SECOND])
  assert.equal((await get<IncidentLife>('/api/v1/incidents/4')).entered, SECOND)
  assert.equal((await get<IncidentLife>('/api/v1/incidents/3')).now, null)
  assert.equal((await ask('GET', '/api/v1/incidents/99')).status, 404)
  assert.equal((await ask('GET', '/api/v1/incidents/x')).status, 400)
})

test('incidents are found by their key, those that are gone too, and by what else the pipeline names', async (t) => {
  const { city, get, ask } = await twoBatches(t)
  const find = async (q: string) =>
    (await get<{ incidents: FoundIncident[] }>(`/api/v1/search?q=${encodeURIComponent(q)}`)).incidents
  assert.deepEqual(
    (await find(' 2 ')).map(({ id, found_by, is_gone, batch_at }) => [id, found_by, is_gone, batch_at]),
    [[2, 'id', false, SECOND]],
  )
  const [gone] = await find('3')
  assert.deepEqual([gone?.id, gone?.is_gone, gone?.incident['primary_type'], gone?.batch_at], [3, true, 'THEFT', SECOND])
  assert.deepEqual(await find('99'), [])
  assert.deepEqual(await find("JA'; DROP TABLE x"), [])
  assert.equal((await ask('GET', '/api/v1/search?q=')).status, 400)
  await writeFile(
    join(city.folder, 'crimes.csv'),
    'id,case_number,date,primary_type,arrest\n7,JA100007,2025-12-01 12:00:00,THEFT,false\n8,JA100007,2025-12-01 12:00:00,THEFT,false\n',
  )
  await city.run({ full: true })
  await city.platform.runRelease(undefined, { signal: new AbortController().signal, onEvent: () => {} })
  const numbers = (await find('ja100007')).map(({ id, found_by }) => [id, found_by])
  assert.deepEqual(numbers, [
    [7, 'case_number'],
    [8, 'case_number'],
  ])
})
