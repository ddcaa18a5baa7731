import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Held } from '../../../src/dashboard/count/count.ts'
import { atMonths, planCounts } from '../../../src/dashboard/count/count.ts'
import { pairsOf } from '../../../src/dashboard/count/cube.ts'
import type { Columns } from '../../../src/dashboard/memory/memory.ts'
import { partsOf, segmentsOf } from '../../../src/dashboard/memory/segments.ts'

const bytes = (...values: number[]) => {
  const array = new Uint8Array(new SharedArrayBuffer(values.length))
  array.set(values)
  return array
}
const starts = new Uint32Array(new SharedArrayBuffer(16))
starts.set([0, 0, 3, 5])

/** Five rows: three of kind 1 on days 0, 31, 31; two of kind 2 on days 5, 40. Two months of 31 and 10 days. */
const columns: Columns = {
  rows: 5,
  sortedBy: 'kind',
  starts,
  codes: {
    kind: bytes(1, 1, 1, 2, 2),
    day: bytes(0, 31, 31, 5, 40),
    area: bytes(1, 1, 2, 0, 2),
    large: bytes(1, 1, 1, 1, 1),
  },
  sizes: { kind: 3, day: 41, area: 3, large: 600_000 },
  time: 'day',
  state: bytes(1, 0, 1, 1, 2),
}
const monthOf = Uint16Array.from({ length: 41 }, (_, i) => (i < 31 ? 0 : 1))
const calendar = { firstDay: 0, lastDay: 40, firstMonth: 1970 * 12, months: ['1970-01', '1970-02'], monthOf }
const cubes = pairsOf(columns, 2).map(([first, second]) => ({
  first,
  second,
  figures: new Uint32Array(new SharedArrayBuffer(0)),
}))
const held: Held = { id: 1, columns, calendar, aggregates: { singles: {}, cubes, sizeBytes: 0 } }
const only = (dimension: string, ...passes: number[]) => ({ dimension, passes: Uint8Array.from(passes) })

const waysOf = (...wishes: Parameters<typeof planCounts>[1]): string[] => planCounts(held, wishes).ways.map(({ by }) => by)

test('what is asked most is counted beforehand; only what no cube has is scanned', () => {
  const area = only('area', 0, 1, 0)
  const kind = only('kind', 0, 1, 0)
  assert.deepEqual(waysOf({ dimension: 'kind', conditions: [] }, { conditions: [] }), ['single', 'single'])
  assert.deepEqual(waysOf({ dimension: 'kind', conditions: [area] }), ['cube'])
  assert.deepEqual(waysOf({ dimension: 'area', conditions: [area] }, { conditions: [area] }), ['own', 'own'])
  assert.deepEqual(waysOf({ dimension: 'kind', conditions: [], days: { from: 31, to: 40 } }), ['cube'])
  assert.deepEqual(waysOf({ dimension: 'kind', conditions: [], days: { from: -5, to: 99 } }), ['single'])
  assert.deepEqual(waysOf({ dimension: 'kind', conditions: [], days: { from: 3, to: 40 } }), ['scan'])
  assert.deepEqual(waysOf({ dimension: 'day', conditions: [area, kind] }), ['scan'])
  assert.deepEqual(waysOf({ dimension: 'large', conditions: [only('kind', 0, 1, 0)] }), ['cube'])
  assert.deepEqual(waysOf({ dimension: 'large', conditions: [only('area', 0, 1, 0)], days: { from: 0, to: 3 } }), ['scan'])
})

test('wishes with the same conditions share a scan, which looks at no row that the order of rows rules out', () => {
  const conditions = [only('kind', 0, 1, 0), only('area', 0, 1, 1)]
  const { scans, ways } = planCounts(held, [
    { dimension: 'day', conditions },
    { dimension: 'large', conditions },
    { conditions, days: { from: 31, to: 31 } },
  ])
  assert.deepEqual(
    ways.map((way) => (way.by === 'scan' ? way.scan : way.by)),
    [0, 0, 1],
  )
  assert.deepEqual(
    scans.map(({ segments, conditions: left, counts }) => [segments, left.map(({ dimension }) => dimension), counts]),
    [
      [[{ begin: 0, end: 3 }], ['area'], ['day', 'large']],
      [[{ begin: 1, end: 3 }], ['area'], []],
    ],
  )
})

test('pairs with too many cells make no cube', () => {
  assert.ok(pairsOf(columns, 2).some(([a, b]) => a === 'kind' && b === 'area'))
  assert.ok(
    !pairsOf({ ...columns, sizes: { ...columns.sizes, area: 1000, large: 3000 } }, 2).some(
      (pair) => pair.join() === 'area,large',
    ),
  )
})

test('rows are shared out evenly, each of them once', () => {
  assert.deepEqual(segmentsOf(columns, undefined, { from: 5, to: 31 }), [
    { begin: 1, end: 3 },
    { begin: 3, end: 4 },
  ])
  assert.deepEqual(
    partsOf(
      [
        { begin: 0, end: 3 },
        { begin: 3, end: 5 },
      ],
      2,
    ),
    [[{ begin: 0, end: 3 }], [{ begin: 3, end: 5 }]],
  )
  assert.deepEqual(partsOf([{ begin: 0, end: 7 }], 3).flat(), [
    { begin: 0, end: 3 },
    { begin: 3, end: 6 },
    { begin: 6, end: 7 },
  ])
  assert.deepEqual(partsOf([], 2), [[]])
})

test('days that cut through months are whole months and a few days at either end', () => {
  const parts = (from: number, to: number) =>
    atMonths(held, { conditions: [], days: { from, to } }).map(({ days }) => [days!.from, days!.to])
  assert.deepEqual(parts(0, 40), [[0, 40]])
  assert.deepEqual(parts(5, 40), [
    [5, 30],
    [31, 40],
  ])
  assert.deepEqual(parts(0, 35), [
    [0, 30],
    [31, 35],
  ])
  assert.deepEqual(parts(5, 20), [[5, 20]])
  assert.deepEqual(parts(-3, 30), [[0, 30]])
  assert.deepEqual(parts(50, 60), [[50, 60]])
})
