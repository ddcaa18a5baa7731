import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  hexagonCentre,
  hexagonKey,
  hexagonNumber,
  hexagonNumberSql,
  hexagonStepsSql,
} from '../../../src/dashboard/memory/hexagon.ts'
import { openSmallCity } from '../small-city.ts'

const grid = { origin: [41.8781, -87.6298], sizeM: 350 } as const

test('a place lies in the hexagon whose middle is nearest, within its corners', { timeout: 60_000 }, async () => {
  await using engine = await openSmallCity([])
  const place = fc.record({
    lat: fc.double({ min: 41.6, max: 42.1, noNaN: true }),
    lon: fc.double({ min: -87.97, max: -87.48, noNaN: true }),
  })
  const places = fc.sample(place, 500)
  const { x, y } = hexagonStepsSql(grid, 'lat', 'lon')
  const rows = await engine.rows(`SELECT ${hexagonNumberSql('x', 'y')} AS n FROM (SELECT ${x} AS x, ${y} AS y, i FROM
    (VALUES ${places.map(({ lat, lon }, i) => `(${lat}::DOUBLE, ${lon}::DOUBLE, ${i})`).join(', ')}) AS p(lat, lon, i)) ORDER BY i`)
  const metres = 111_195
  places.forEach(({ lat, lon }, i) => {
    const key = hexagonKey(Number(rows[i]!['n']))
    const distanceTo = (other: string): number => {
      const centre = hexagonCentre(grid, other)
      return Math.hypot(
        (centre.lat - lat) * metres,
        (centre.lon - lon) * metres * Math.cos((grid.origin[0] * Math.PI) / 180),
      )
    }
    const own = distanceTo(key)
    assert.ok(own <= grid.sizeM + 1, `${own} m`)
    const [column, row] = key.split(':').map(Number) as [number, number]
    for (const [dc, dr] of [
      [-1, -1],
      [0, -1],
      [1, -1],
      [-1, 0],
      [1, 0],
      [-1, 1],
      [0, 1],
      [1, 1],
    ] as const)
      assert.ok(own <= distanceTo(`${column + dc}:${row + dr}`) + 1)
  })
})

test('a hexagon’s key and number are the same thing, and other texts are none', () => {
  const index = fc.integer({ min: -9999, max: 9999 })
  fc.assert(
    fc.property(index, index, (column, row) =>
      assert.equal(hexagonKey(hexagonNumber(`${column}:${row}`)!), `${column}:${row}`),
    ),
  )
  for (const text of ['', '1', '1:2:3', "1:2'", '1e9:1', 'unknown', '1234567:1'])
    assert.equal(hexagonNumber(text), undefined)
})

test('no place lies in no hexagon', async () => {
  await using engine = await openSmallCity([])
  const { x, y } = hexagonStepsSql(grid, 'NULL::DOUBLE', '41.9::DOUBLE')
  const [row] = await engine.rows(`SELECT ${hexagonNumberSql('x', 'y')} AS n FROM (SELECT ${x} AS x, ${y} AS y)`)
  assert.equal(row!['n'], null)
})
