import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Mark } from '../../../web/src/charts/mark.ts'
import { byYear, daysOf, isWithin, spanOf } from '../../../web/src/charts/periods.ts'

const month = (key: string, value: number, base: number): Mark => ({ key, label: key, value, base, share: null })

test('a month and a year are told by their days, leap years included', () => {
  assert.deepEqual(daysOf('2024-02'), { from: '2024-02-01', to: '2024-02-29' })
  assert.deepEqual(daysOf('2026'), { from: '2026-01-01', to: '2026-12-31' })
})

test('a stretch is the same from either end', () => {
  assert.deepEqual(spanOf('2026-03', '2025-11'), { from: '2025-11-01', to: '2026-03-31' })
  assert.deepEqual(spanOf('2025-11', '2026-03'), spanOf('2026-03', '2025-11'))
})

test('a month is chosen only if it lies within the stretch as a whole', () => {
  const range = { from: '2025-11-01', to: '2026-03-15' }
  assert.deepEqual(
    ['2025-10', '2025-11', '2026-02', '2026-03'].map((key) => isWithin(key, range)),
    [false, true, true, false],
  )
  assert.equal(isWithin('2026-03', {}), false)
  assert.equal(isWithin('2026-03', { from: '2026-01-01' }), true)
})

test('years sum their months, with a share where the base allows it', () => {
  const years = byYear([month('2025-11', 4, 5), month('2025-12', 2, 4), month('2026-01', 50, 80)])
  assert.deepEqual(
    years.map(({ key, value, base, share }) => [key, value, base, share]),
    [
      ['2025', 6, 9, null],
      ['2026', 50, 80, 0.625],
    ],
  )
})
