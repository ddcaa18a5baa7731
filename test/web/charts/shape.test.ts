import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fitted } from '../../../web/src/charts/projection.ts'
import { boundsOf, middleOf, pathOf, type Shape } from '../../../web/src/charts/shape.ts'

const area: Shape = {
  key: '1',
  polygons: [
    [
      [
        [-88, 41],
        [-87, 41],
        [-87, 42],
        [-88, 42],
        [-88, 41],
      ],
    ],
    [
      [
        [-86, 41.5],
        [-85.9, 41.5],
        [-85.9, 41.6],
        [-86, 41.5],
      ],
    ],
  ],
}

test('an area is drawn within the drawing, each of its rings closed', () => {
  const bounds = boundsOf([area])!
  assert.deepEqual(bounds, { south: 41, north: 42, west: -88, east: -85.9 })
  const projection = fitted(bounds, 0, 400, 300)
  const path = pathOf(area, projection)
  assert.equal(path.match(/Z/g)?.length, 2)
  const points = [...path.matchAll(/([\d.]+) ([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const)
  assert.equal(points.length, 7)
  for (const [x, y] of points) assert.ok(x >= 0 && x <= 400 && y >= 0 && y <= projection.height)
})

test('arrows find an area at the middle of its largest part', () => {
  const projection = fitted(boundsOf([area])!, 0, 400, 300)
  const { x } = middleOf(area, projection)
  assert.ok(Math.abs(x - projection.place({ lon: -87.6 }).x) < 1)
})

test('where there is no area there are no bounds', () => {
  assert.equal(boundsOf([]), undefined)
})
