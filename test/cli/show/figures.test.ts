import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bar, track } from '../../../src/cli/show/bar.ts'
import { columnLines, wrapped } from '../../../src/cli/show/columns.ts'
import { count, counted, countsByName, duration, moment, percent, size } from '../../../src/cli/show/figures.ts'

test('figures are written as the almanac has them', () => {
  assert.equal(count(1_234_567), '1,234,567')
  assert.equal(count(9007199254740993n), '9,007,199,254,740,993')
  assert.equal(counted(1, 'batch', 'batches'), '1 batch')
  assert.equal(counted(2000, 'row'), '2,000 rows')
  assert.deepEqual([0.04, 9.94, 9.96, 59.6, 185, 7800].map(duration), [
    '0.0 s',
    '9.9 s',
    '10 s',
    '1 min 00 s',
    '3 min 05 s',
    '2 h 10 min',
  ])
  assert.deepEqual([0, 1023, 1024, 1.5 * 2 ** 30].map(size), ['0 B', '1023 B', '1.0 KiB', '1.5 GiB'])
  assert.equal(percent(0.1234), '12.3 %')
  assert.equal(moment('2026-11-23T06:00:00Z'), '23 Nov 2026, 06:00')
  assert.equal(countsByName({ a: 0, b: 2, c: 1000, d: undefined }), 'c 1,000 · b 2')
})

test('a bar is never empty for something, and never longer than its room', () => {
  assert.deepEqual(
    [0, 0.0001, 0.5, 1, 2].map((part) => bar(part, 4)),
    ['', '▏', '██', '████', '████'],
  )
  assert.deepEqual(track(0.5, 4), { done: '━━', left: '──' })
})

test('columns are aligned and the last is cut to the terminal', () => {
  const lines = columnLines(
    [{ title: 'name' }, { title: 'rows', side: 'right' }, { title: 'what' }],
    [
      ['a', '10', 'x'.repeat(50)],
      ['bcdef', '1,000', 'y'],
    ],
    { width: 30 },
  )
  assert.deepEqual(lines, ['name    rows  what', `a         10  ${'x'.repeat(15)}…`, 'bcdef  1,000  y'])
})

test('long texts are broken at spaces', () => {
  assert.deepEqual(wrapped('one two three four', 10, '  '), ['  one two', '  three', '  four'])
})
