import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openBench } from './bench.ts'

const bench = await openBench()
const wide = { code: { width: 4 } }
const digits = { code: { digits: 2 } }

test('codes get back the zeros that a spreadsheet took', async () => {
  assert.deepEqual(await bench.read(wide, 'text', ['486', '51A', '0486', '7', '12345', '1811']), [
    ['0486', null, 'zeros_restored'],
    ['051A', null, 'zeros_restored'],
    ['0486', null],
    ['0007', null, 'zeros_restored'],
    ['12345', null],
    ['1811', null],
  ])
})

test('a code that was taken for a decimal number loses its decimals first', async () => {
  assert.deepEqual(await bench.read({ code: { width: 3 } }, 'text', ['31.0', '10.00', '123.0', '1.5']), [
    ['031', null, 'zeros_restored', 'decimal_dropped'],
    ['010', null, 'zeros_restored', 'decimal_dropped'],
    ['123', null, 'decimal_dropped'],
    ['1.5', null],
  ])
})

test('only the leading digits are padded where a letter may follow', async () => {
  assert.deepEqual(await bench.read(digits, 'text', ['6', '8B', '01A', '26', '08B', '6.0', 'B']), [
    ['06', null, 'zeros_restored'],
    ['08B', null, 'zeros_restored'],
    ['01A', null],
    ['26', null],
    ['08B', null],
    ['06', null, 'zeros_restored', 'decimal_dropped'],
    ['B', null],
  ])
})

test('what does not begin with a digit is no short code and stays', async () => {
  assert.deepEqual(await bench.read(wide, 'text', ['N/A', 'x', '-1', ' 48']), [
    ['N/A', null],
    ['x', null],
    ['-1', null],
    [' 48', null],
  ])
})

test('an empty code is none in a file and empty in a database', async () => {
  assert.deepEqual(await bench.read(wide, 'text', ['', null], true), [
    [null, null, 'empty_text'],
    [null, null],
  ])
  assert.deepEqual(await bench.read(wide, 'text', ['', null], false), [
    ['', null],
    [null, null],
  ])
})

test('native numbers become codes', async () => {
  assert.deepEqual(await bench.read(wide, 'long', [486, 12345, null]), [
    ['0486', null, 'zeros_restored'],
    ['12345', null],
    [null, null],
  ])
  assert.deepEqual(await bench.read(wide, 'double', [713, 1811, 1.5, NaN]), [
    ['0713', null, 'zeros_restored', 'decimal_dropped'],
    ['1811', null, 'decimal_dropped'],
    ['1.5', null],
    [null, null, 'nan_dropped'],
  ])
})

test('every code comes back from each shape in which it lost its zeros', async () => {
  const code = fc.stringMatching(/^[0-9]{3}[0-9A-Z]$/)
  await fc.assert(
    fc.asyncProperty(fc.array(code, { minLength: 1 }), async (codes) => {
      const bare = codes.map((text) => text.replace(/^0{1,3}/, ''))
      const asText = await bench.read(wide, 'text', [...codes, ...bare])
      const expected = [...codes, ...codes.map((text, i) => (/^\d/.test(bare[i]!) ? text : bare[i]))]
      assert.deepEqual(
        asText.map(([value]) => value),
        expected,
      )
      const numbers = codes.filter((text) => /^\d+$/.test(text))
      assert.deepEqual(
        (await bench.read(wide, 'long', numbers.map(Number))).map(([value]) => value),
        numbers,
      )
      const decimals = await bench.read(
        wide,
        'text',
        numbers.map((text) => `${Number(text)}.0`),
      )
      assert.deepEqual(
        decimals.map(([value]) => value),
        numbers,
      )
    }),
    { numRuns: 25 },
  )
})
