import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addMonths,
  dayOf,
  dayText,
  firstDayOf,
  lastDayOf,
  monthOfDay,
  monthText,
} from '../../src/dashboard/memory/calendar.ts'
import { comparedFigure, comparedPeriods, lengthRatio } from '../../src/dashboard/compare.ts'
import type { Period } from '../../src/dashboard/count/filters.ts'

const day = (text: string): number => dayOf(text)!
const period = (from: string, to: string): Period => ({ from: day(from), to: day(to) })
const data = period('2001-01-01', '2026-11-14')

function compared(wish: string, shown: Partial<Period>): string | undefined {
  const found = comparedPeriods(wish, shown, data)
  const told = ({ from, to }: Period): string => `${dayText(from)}..${dayText(to)}`
  return found && `${told(found.now)} with ${told(found.earlier)}`
}

test('only complete periods are compared: whole months where the period begins with one, else whole days', () => {
  const cases: [string, Partial<Period>, string | undefined][] = [
    ['previous_year', {}, '2025-11-01..2026-10-31 with 2024-11-01..2025-10-31'],
    ['previous_period', {}, '2025-11-01..2026-10-31 with 2024-11-01..2025-10-31'],
    ['previous_year', { from: day('2026-01-01') }, '2026-01-01..2026-10-31 with 2025-01-01..2025-10-31'],
    ['previous_period', { from: day('2026-09-01') }, '2026-09-01..2026-10-31 with 2026-07-01..2026-08-31'],
    ['previous_year', period('2026-11-02', '2026-11-20'), '2026-11-02..2026-11-13 with 2025-11-02..2025-11-13'],
    ['previous_period', period('2026-10-05', '2026-10-11'), '2026-10-05..2026-10-11 with 2026-09-28..2026-10-04'],
    ['previous_year', period('2024-02-01', '2024-02-29'), '2024-02-01..2024-02-29 with 2023-02-01..2023-02-28'],
    ['previous_year', period('2023-02-01', '2023-02-28'), '2023-02-01..2023-02-28 with 2022-02-01..2022-02-28'],
    ['2020-01-01..2020-06-30', period('2021-01-01', '2021-06-30'), '2021-01-01..2021-06-30 with 2020-01-01..2020-06-30'],
    ['2020-01..2020-06', period('2021-01-01', '2021-06-30'), '2021-01-01..2021-06-30 with 2020-01-01..2020-06-30'],
    ['previous_year', period('2001-03-01', '2001-05-31'), undefined],
    ['2000-01-01..2000-02-01', {}, undefined],
  ]
  for (const [wish, shown, expected] of cases) assert.equal(compared(wish, shown), expected, wish)
})

test('the earlier period is as long as the one now, and lies before it', () => {
  const days = fc.integer({ min: day('2003-01-01'), max: day('2026-11-13') })
  fc.assert(
    fc.property(days, days, fc.constantFrom('previous_year', 'previous_period'), (a, b, wish) => {
      const found = comparedPeriods(wish, { from: Math.min(a, b), to: Math.max(a, b) }, data)
      if (!found) return
      assert.ok(found.earlier.to < found.now.to && found.earlier.from < found.now.from)
      assert.ok(Math.abs(lengthRatio(found) - 1) < 0.2)
    }),
  )
})

test('a difference is marked when chance alone is no explanation for it', () => {
  assert.deepEqual(comparedFigure(100, 64, 80, 1), { now: 100, value: 64, base: 80, z: 4, is_marked: true })
  assert.deepEqual(comparedFigure(4, 1, 1, 1), { now: 4, value: 1, base: 1, z: 2, is_marked: false })
  assert.equal(comparedFigure(0, 0, 0, 1).z, 0)
  // Half as long a period, half as many incidents: nothing has changed.
  assert.equal(comparedFigure(50, 100, 100, 0.5).z, 0)
})

test('days and months are counted as calendars do, and what is no day is none', () => {
  assert.equal(dayText(day('2024-02-29')), '2024-02-29')
  for (const text of ['2023-02-29', '2024-13-01', '2024-1-1', '', '2024-02-29T00:00', '24-02-29'])
    assert.equal(dayOf(text), undefined)
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 50_000 }), (number) => {
      const month = monthOfDay(number)
      assert.ok(firstDayOf(month) <= number && number <= lastDayOf(month))
      assert.equal(dayText(number).slice(0, 7), monthText(month))
      assert.equal(monthOfDay(addMonths(number, 14)), month + 14)
    }),
  )
})
