import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dashboardFigures } from '../../../src/dashboard/figures.ts'
import { hexagonsOf, placeNumber, placeOf } from '../../../src/dashboard/memory/place-select.ts'
import { counters, loaded } from '../loaded-city.ts'
import { smallColumns, smallDefinition } from '../small-city.ts'

const here = { moment: '2024-03-10 02:30:00', kind: 'THEFT', area: 1, night: null, lat: 41.9, lon: -87.6, solved: false }

test('others count by the very hexagons of the figures', async () => {
  await using small = await loaded([
    { ...here, id: 1 },
    { ...here, id: 2, lat: 41.97, lon: -87.71 },
    { ...here, id: 3, lat: null, lon: null },
  ])
  const hexagons = hexagonsOf(smallDefinition, smallColumns)!
  const rows = await small.engine.rows(hexagons.select)
  const places = rows.map(({ place }) => placeOf(hexagons, place === null ? null : Number(place)))
  const asked = { filters: { keys: {} }, compare: 'none' }
  const { charts } = await dashboardFigures({ ...small, counters, definition: smallDefinition, asked, since: undefined })
  assert.deepEqual(places.map(({ key }) => key).sort(), charts['places']!.marks.map(({ key }) => key).sort())
  for (const { key, lat } of places) {
    assert.equal(lat === undefined, key === 'unknown')
    assert.deepEqual(placeOf(hexagons, placeNumber(key)!).key, key)
  }
  assert.equal(placeNumber('not a place'), undefined)
})

test('a dashboard without hexagons has none to count by', () => {
  const { place: _, ...dimensions } = smallDefinition.dimensions
  assert.equal(hexagonsOf({ ...smallDefinition, dimensions }, smallColumns), undefined)
})
