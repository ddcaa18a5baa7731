import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBench } from './bench.ts'

const bench = await openBench()
const column = { type: 'boolean' } as const

test('yes and no are read in the words that exports use, in any case', async () => {
  const yes = ['true', 'True', 'TRUE', 't', 'T', '1', 'Y', 'yes', ' true ']
  const no = ['false', 'False', 'FALSE', 'f', 'F', '0', 'N', 'no', ' false ']
  for (const outcome of await bench.read(column, 'text', yes)) assert.deepEqual(outcome, [true, null])
  for (const outcome of await bench.read(column, 'text', no)) assert.deepEqual(outcome, [false, null])
})

test('a yes or no that a spreadsheet took for a number is read', async () => {
  assert.deepEqual(await bench.read(column, 'text', ['1.0', '0.0']), [
    [true, null, 'decimal_dropped'],
    [false, null, 'decimal_dropped'],
  ])
})

test('no word and no number besides is taken for yes or no', async () => {
  for (const outcome of await bench.read(column, 'text', ['2', '-1', 'ja', 'maybe', 'null', '10'])) {
    assert.deepEqual(outcome, [null, 'bad_type'])
  }
})

test('nothing stays unknown and does not become no', async () => {
  assert.deepEqual(await bench.read(column, 'text', ['', null], false), [
    [null, null, 'empty_text'],
    [null, null],
  ])
  assert.deepEqual(await bench.read(column, 'boolean', [true, false, null]), [
    [true, null],
    [false, null],
    [null, null],
  ])
})

test('native numbers are yes and no where they are 1 and 0', async () => {
  assert.deepEqual(await bench.read(column, 'long', [1, 0, 2, null]), [
    [true, null],
    [false, null],
    [null, 'bad_type'],
    [null, null],
  ])
  assert.deepEqual(await bench.read(column, 'double', [1, 0, 0.5, NaN]), [
    [true, null, 'decimal_dropped'],
    [false, null, 'decimal_dropped'],
    [null, 'bad_type'],
    [null, null, 'nan_dropped'],
  ])
})
