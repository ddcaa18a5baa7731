import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCounters } from '../../../src/dashboard/count/counters.ts'
import type { Columns } from '../../../src/dashboard/memory/memory.ts'
import { segmentsOf } from '../../../src/dashboard/memory/segments.ts'

/** So many rows that the work is shared, of two kinds by turns and three states. */
function columnsOf(rows: number): Columns {
  const array = (fill: (row: number) => number) => {
    const bytes = new Uint8Array(new SharedArrayBuffer(rows))
    for (let row = 0; row < rows; row++) bytes[row] = fill(row)
    return bytes
  }
  const starts = new Uint32Array(new SharedArrayBuffer(12))
  starts.set([0, rows / 2, rows])
  const codes = { kind: array((row) => (row < rows / 2 ? 0 : 1)), day: array(() => 0), area: array((row) => row % 5) }
  return {
    rows,
    sortedBy: 'kind',
    starts,
    codes,
    sizes: { kind: 2, day: 1, area: 5 },
    time: 'day',
    state: array((row) => row % 3),
  }
}

test('work that is shared by threads gives what one pass would, and a memory that is forgotten is not counted in', async () => {
  const counters = startCounters(3)
  const rows = 300_000
  const columns = columnsOf(rows)
  const id = counters.hold(columns)
  const whole = { segments: segmentsOf(columns, undefined, undefined), conditions: [], counts: ['area', 'kind'] }
  const some = { ...whole, conditions: [{ dimension: 'area', passes: Uint8Array.from([0, 1, 0, 0, 1]) }] }
  const [all, chosen] = await counters.scan(id, columns, [whole, some])
  assert.equal(
    all!.total.reduce((a, b) => a + b, 0),
    rows,
  )
  assert.equal(
    chosen!.total.reduce((a, b) => a + b, 0),
    (rows / 5) * 2,
  )
  const area = (figures: Uint32Array, code: number): number =>
    figures.subarray(code * 4, code * 4 + 4).reduce((a, b) => a + b, 0)
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((code) => area(chosen!.figures[0]!, code)),
    [0, rows / 5, 0, 0, rows / 5],
  )
  counters.forget(id)
  await assert.rejects(counters.scan(id, columns, [whole]), { code: 'internal', message: /not held/ })
  await counters.close()
})

test('a thread that fails fails what it was asked, and the next question finds a new one', async () => {
  const counters = startCounters(1)
  const columns = columnsOf(30)
  const id = counters.hold(columns)
  const scan = { segments: [{ begin: 0, end: 30 }], conditions: [], counts: ['area'] }
  // A dimension that there is not fails the count, not the thread.
  await assert.rejects(
    counters.scan(id, columns, [{ ...scan, conditions: [{ dimension: 'none', passes: new Uint8Array(1) }] }]),
    {
      code: 'internal',
    },
  )
  const [result] = await counters.scan(id, columns, [scan])
  assert.equal(
    result!.total.reduce((a, b) => a + b, 0),
    30,
  )
  await counters.close()
})
