import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openBench } from './bench.ts'

const bench = await openBench()

test('whole numbers are read from every text that says a whole number', async () => {
  const texts = ['832', ' 832 ', '+832', '-5', '0832', '832.0', '832.', '832,0']
  assert.deepEqual(await bench.read({ type: 'int' }, 'text', texts), [
    [832, null],
    [832, null],
    [832, null],
    [-5, null],
    [832, null],
    [832, null, 'decimal_dropped'],
    [832, null, 'decimal_dropped'],
    [832, null, 'decimal_dropped'],
  ])
})

test('what is no whole number, or may be another one, is bad_type and never rounded', async () => {
  const texts = ['832.5', '1.16e+06', '1,165', '1,000', 'abc', '12 3', '0x10', '1_000', '2147483648', '-', '.', 'NaN', '8-3']
  for (const outcome of await bench.read({ type: 'int' }, 'text', texts)) assert.deepEqual(outcome, [null, 'bad_type'])
})

test('an empty or blank text is no number, whatever the source', async () => {
  for (const emptyIsNull of [true, false]) {
    const outcomes = await bench.read({ type: 'int' }, 'text', ['', '  ', null], emptyIsNull)
    assert.deepEqual(outcomes, [
      [null, null, 'empty_text'],
      [null, null, 'empty_text'],
      [null, null],
    ])
  }
})

test('a long keeps every digit, and one digit too many is bad_type', async () => {
  assert.deepEqual(await bench.read({ type: 'long' }, 'text', ['9223372036854775807', '9223372036854775808']), [
    [9223372036854775807n, null],
    [null, 'bad_type'],
  ])
})

test('native numbers are taken as they are where they fit', async () => {
  assert.deepEqual(await bench.read({ type: 'long' }, 'long', [5, null]), [
    [5n, null],
    [null, null],
  ])
  assert.deepEqual(await bench.read({ type: 'int' }, 'long', [5, 3000000000]), [
    [5, null],
    [null, 'bad_type'],
  ])
  assert.deepEqual(await bench.read({ type: 'int' }, 'double', [832, 832.5, NaN, Infinity, 1e300, null]), [
    [832, null, 'decimal_dropped'],
    [null, 'bad_type'],
    [null, null, 'nan_dropped'],
    [null, 'bad_type'],
    [null, 'bad_type'],
    [null, null],
  ])
  assert.deepEqual(await bench.read({ type: 'double' }, 'long', [5]), [[5, null]])
  assert.deepEqual(await bench.read({ type: 'double' }, 'double', [5.25, NaN, -Infinity]), [
    [5.25, null],
    [null, null, 'nan_dropped'],
    [null, 'bad_type'],
  ])
})

test('decimal numbers are read with a point or a comma', async () => {
  const texts = ['41.88', '41,88', ' -87 ', '.5', '5.', '1.5e-3', '4,1E1', '']
  assert.deepEqual(await bench.read({ type: 'double' }, 'text', texts), [
    [41.88, null],
    [41.88, null, 'decimal_comma'],
    [-87, null],
    [0.5, null],
    [5, null],
    [0.0015, null],
    [41, null, 'decimal_comma'],
    [null, null, 'empty_text'],
  ])
  const others = ['1.2.3', '1,234.5', 'inf', 'nan', '1_0.5', '1e999', '-1e999', '.', 'x']
  for (const outcome of await bench.read({ type: 'double' }, 'text', others)) assert.deepEqual(outcome, [null, 'bad_type'])
})

test('every long and every double survives its textual shapes', async () => {
  const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (Object.is(n, -0) ? 0 : n))
  await fc.assert(
    fc.asyncProperty(fc.array(long, { minLength: 1 }), fc.array(double, { minLength: 1 }), async (longs, doubles) => {
      for (const shape of [(t: string) => t, (t: string) => ` ${t} `, (t: string) => `${t}.0`, (t: string) => `${t},0`]) {
        const outcomes = await bench.read(
          { type: 'long' },
          'text',
          longs.map((n) => shape(String(n))),
        )
        assert.deepEqual(
          outcomes.map(([value, rule]) => [value, rule]),
          longs.map((n) => [n, null]),
        )
      }
      for (const shape of [(t: string) => t, (t: string) => t.replace('.', ',')]) {
        const outcomes = await bench.read(
          { type: 'double' },
          'text',
          doubles.map((n) => shape(String(n))),
        )
        assert.deepEqual(
          outcomes.map(([value, rule]) => [value, rule]),
          doubles.map((n) => [n, null]),
        )
      }
    }),
    { numRuns: 25 },
  )
})
