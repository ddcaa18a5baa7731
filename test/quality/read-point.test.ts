import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openBench } from './bench.ts'

const bench = await openBench()
const column = { point: true }
const CITY = '(41.891062111, -87.617043461)'

test('what is as the city writes it is left alone', async () => {
  const texts = [CITY, '(41.93193179666549, -87.70464452726821)', '(0, 0)']
  assert.deepEqual(
    await bench.read(column, 'text', texts),
    texts.map((text) => [text, null]),
  )
})

test('every shape of exports becomes the city’s own, digit by digit', async () => {
  const shapes = [
    `{'latitude': '41.891062111', 'longitude': '-87.617043461', 'human_address': '{"address": "", "city": ""}'}`,
    `{"latitude":"41.891062111","longitude":"-87.617043461","human_address":"{\\"address\\": \\"\\"}"}`,
    `{"longitude": -87.617043461, "latitude": 41.891062111}`,
    `{latitude: 41.891062111, longitude: -87.617043461}`,
    `{"type":"Point","coordinates":[-87.617043461,41.891062111]}`,
    'POINT (-87.617043461 41.891062111)',
    'Point(-87.617043461  41.891062111)',
    'SRID=4326;POINT (-87.617043461 41.891062111)',
    '(41.891062111,-87.617043461)',
    ' ( 41.891062111 , -87.617043461 ) ',
    '41.891062111, -87.617043461',
  ]
  const outcomes = await bench.read(column, 'text', shapes)
  assert.deepEqual(
    outcomes,
    shapes.map(() => [CITY, null, 'location_rewritten']),
  )
})

test('a shape that is not known stays as it was found', async () => {
  const texts = ['somewhere', 'POINT EMPTY', `{'human_address': ''}`, '(41.8)', `{'latitude': None, 'longitude': None}`]
  assert.deepEqual(
    await bench.read(column, 'text', texts),
    texts.map((text) => [text, null]),
  )
})

test('an empty place is none in a file', async () => {
  assert.deepEqual(await bench.read(column, 'text', ['', null]), [
    [null, null, 'empty_text'],
    [null, null],
  ])
})

test('every place comes back from every shape', async () => {
  const degrees = (max: number) => fc.integer({ min: -max * 1e9, max: max * 1e9 }).map((n) => (n / 1e9).toFixed(9))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(degrees(90), degrees(180)), { minLength: 1 }), async (places) => {
      const shapes = places.flatMap(([lat, lon]) => [
        `(${lat}, ${lon})`,
        `POINT (${lon} ${lat})`,
        `{'latitude': '${lat}', 'longitude': '${lon}', 'human_address': '{"zip": ""}'}`,
        JSON.stringify({ longitude: lon, latitude: lat }),
      ])
      const expected = places.flatMap(([lat, lon]) => Array(4).fill(`(${lat}, ${lon})`))
      assert.deepEqual(
        (await bench.read(column, 'text', shapes)).map(([value]) => value),
        expected,
      )
    }),
    { numRuns: 20 },
  )
})
