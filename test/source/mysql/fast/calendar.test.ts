import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAYS_BEFORE_MONTH, DAYS_OF_MONTH } from '../../../../src/source/mysql/fast/calendar.ts'

test('every month of ten thousand years begins and ends where the Gregorian calendar has it', () => {
  for (let year = 1; year < 10_000; year++) {
    for (let month = 1; month <= 12; month++) {
      const first = new Date(0)
      first.setUTCFullYear(year, month - 1, 1)
      const last = new Date(first)
      last.setUTCMonth(month)
      const at = year * 16 + month
      assert.equal(DAYS_BEFORE_MONTH[at]! + 1, first.getTime() / 86_400_000)
      assert.equal(DAYS_OF_MONTH[at], (last.getTime() - first.getTime()) / 86_400_000)
    }
  }
})

test('no other month has a day, and none of the year 0', () => {
  for (const month of [0, 13, 14, 15]) assert.equal(DAYS_OF_MONTH[2024 * 16 + month], 0)
  for (let month = 0; month < 16; month++) assert.equal(DAYS_OF_MONTH[month], 0)
})
