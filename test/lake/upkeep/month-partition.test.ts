import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monthOf } from '../../../src/lake/upkeep/month-partition.ts'

test('months are counted since 1970', () => {
  assert.equal(monthOf(0), 0)
  assert.equal(monthOf(-1), -1)
  assert.equal(monthOf(Date.UTC(2026, 10, 30) / 86_400_000), 56 * 12 + 10)
})
