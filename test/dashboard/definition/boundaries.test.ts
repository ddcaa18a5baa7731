import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Position, readBoundaries, type Shape, simplified } from '../../../src/dashboard/definition/boundaries.ts'

type Ring = [number, number][]

const square = (west: number, south: number, size: number): Ring => [
  [west, south],
  [west + size, south],
  [west + size, south + size],
  [west, south + size],
  [west, south],
]
const feature = (properties: object, coordinates: Ring[]) => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Polygon', coordinates },
})
const textOf = (features: object[]): string => JSON.stringify({ type: 'FeatureCollection', features }, null, 1)
const good = [feature({ no: 1 }, [square(-88, 41, 0.5)]), feature({ no: '2' }, [square(-87.5, 41, 0.5)])]
const problemsOf = (text: string) => {
  const read = readBoundaries('areas.geojson', text, { property: 'no' })
  return 'problems' in read ? read.problems : []
}

test('polygons and multipolygons are read, with keys of the width that the dashboard says', () => {
  const island = {
    type: 'MultiPolygon',
    coordinates: [[square(-88, 42, 0.5)], [square(-87, 42, 0.5), square(-86.9, 42.1, 0.2)]],
  }
  const text = textOf([...good, { type: 'Feature', properties: { no: 13 }, geometry: island }])
  const read = readBoundaries('areas.geojson', text, { property: 'no', digits: 3 })
  assert.ok('shapes' in read)
  assert.deepEqual(
    read.shapes.map(({ key, polygons }) => [key, polygons.map((rings) => rings.length)]),
    [
      ['001', [1]],
      ['002', [1]],
      ['013', [1, 2]],
    ],
  )
})

test('each mistake is told with its place', () => {
  const mistakes: [string, from: string, to: string, place: string, RegExp][] = [
    ['no JSON', '"FeatureCollection"', 'FeatureCollection', '"type"', /This is no JSON/],
    ['another kind of geometry', '"Polygon"', '"Point"', '"Point"', /features\.0\.geometry\.type/],
    ['feet in place of degrees', '-88,', '1175000,', '1175000', /features\.0\.geometry\.coordinates\.0\.0\.0.*<=180/],
    [
      'a feature without its key',
      '"no": "2"',
      '"name": "2"',
      '"name"',
      /features\.1\.properties has no text or number "no"/,
    ],
    ['a key twice', '"2"', '"1"', '"1"', /features\.1 is 1 once more/],
  ]
  for (const [what, from, to, place, message] of mistakes) {
    const text = textOf(good).replace(from, to)
    const [problem] = problemsOf(text)
    assert.ok(problem, what)
    assert.match(problem.message, message, what)
    assert.equal(
      problem.line,
      text.slice(0, text.indexOf(place)).split('\n').length + (what.includes('without') ? -1 : 0),
      what,
    )
  }
  assert.match(problemsOf('{"type":')[0]!.message, /no JSON/)
  assert.equal(problemsOf(textOf(Array.from({ length: 40 }, () => ({ ...good[0]!, type: 'Shape' })))).length, 5)
})

test('what is made simple has no gap: neighbours keep the corners that they share, whatever the order of their points', () => {
  const offset = fc.integer({ min: -400, max: 400 }).map((n) => n / 1000)
  fc.assert(
    fc.property(fc.array(offset, { minLength: 1, maxLength: 40 }), (offsets) => {
      // A border from south to north with a west and an east of it; both have all its points, one of them in reverse.
      const border = offsets.map((east, i): Position => [-87.5 + east, 41 + (i + 1) / (offsets.length + 1)])
      const west: Position[] = [[-88, 41], [-87.5, 41], ...border, [-87.5, 42], [-88, 42], [-88, 41]]
      const east: Position[] = [[-87, 42], [-87.5, 42], ...[...border].reverse(), [-87.5, 41], [-87, 41], [-87, 42]]
      const shapes: Shape[] = [west, east].map((ring, i) => ({ key: String(i), polygons: [[ring]] }))
      const told = simplified(shapes)
      assert.deepEqual(simplified(shapes), told)
      const [one, other] = told.map(({ polygons }) => polygons[0]![0]!)
      const inner = (ring: readonly Position[]) =>
        ring
          .filter(([x]) => x > -88 && x < -87)
          .map(String)
          .sort()
      assert.deepEqual([...new Set(inner(one!))], [...new Set(inner(other!))])
      for (const { polygons } of told)
        for (const position of polygons.flat(2)) {
          const from = [...west, ...east].map(([x, y]) => Math.hypot(x - position[0], y - position[1]))
          assert.ok(Math.min(...from) < 1 / 1000)
        }
    }),
  )
})

test('points that a screen cannot tell apart are left out, and what is tiny stays', () => {
  const fine = Array.from({ length: 5000 }, (_, i): [number, number] => [-88 + i / 10_000, 41])
  const ring: Ring = [...fine, [-87.5, 42], [-88, 42], [-88, 41]]
  const read = readBoundaries(
    'areas.geojson',
    textOf([feature({ no: 1 }, [ring]), feature({ no: 2 }, [square(-88, 42, 1e-5)])]),
    {
      property: 'no',
    },
  )
  assert.ok('shapes' in read)
  assert.ok(read.shapes[0]!.polygons[0]![0]!.length < 8)
  assert.equal(read.shapes[1]!.polygons[0]![0]!.length, 5)
})
