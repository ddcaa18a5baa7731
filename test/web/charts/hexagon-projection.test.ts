import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexagonProjection } from '../../../web/src/charts/hexagon-projection.ts'
import type { Mark } from '../../../web/src/charts/mark.ts'
import { hexagonGrid } from './hexagons.ts'

const WIDTH = 500
const TALLEST = 600
const marks: Mark[] = hexagonGrid(12, 9)

test('every hexagon lies within the drawing, the north above the south and the west before the east', () => {
  const projection = hexagonProjection(marks, WIDTH, TALLEST)!
  assert.ok(projection.height <= TALLEST)
  for (const mark of marks) {
    const { x, y } = projection.place(mark)
    const corners = [...projection.hexagon(x, y).matchAll(/(-?[\d.]+) (-?[\d.]+)/g)].map(
      ([, left, top]) => [Number(left), Number(top)] as const,
    )
    assert.equal(corners.length, 6)
    for (const [left, top] of corners) assert.ok(left >= 0 && left <= WIDTH && top >= 0 && top <= projection.height)
  }
  const [first, last] = [projection.place(marks[0]!), projection.place(marks.at(-1)!)]
  assert.ok(first.y > last.y && first.x < last.x)
})

test('a kilometre is as long to the north as to the east', () => {
  const projection = hexagonProjection(marks, WIDTH, TALLEST)!
  const middle = { lat: 41.8781, lon: -87.6298 }
  const degreeKm = 111.195
  const north = projection.place({ ...middle, lat: middle.lat + 1 / degreeKm })
  const east = projection.place({ ...middle, lon: middle.lon + 1 / (degreeKm * Math.cos((middle.lat * Math.PI) / 180)) })
  const here = projection.place(middle)
  assert.ok(Math.abs(here.y - north.y - projection.pixelsOf(1)) < 0.5)
  assert.ok(Math.abs(east.x - here.x - projection.pixelsOf(1)) < 0.5)
})

test('without hexagons or room there is no drawing', () => {
  assert.equal(hexagonProjection([], WIDTH, TALLEST), undefined)
  assert.equal(hexagonProjection(marks, 0, TALLEST), undefined)
})
