import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wallClock } from '../../src/quality/wall-clock.ts'

test('the wall clock of a place follows its daylight saving', () => {
  assert.equal(wallClock('2024-03-10T07:59:59Z', 'America/Chicago'), '2024-03-10 01:59:59')
  assert.equal(wallClock('2024-03-10T08:00:00Z', 'America/Chicago'), '2024-03-10 03:00:00')
  assert.equal(wallClock('2024-11-03T06:30:00Z', 'America/Chicago'), '2024-11-03 01:30:00')
  assert.equal(wallClock('2024-11-03T07:30:00Z', 'America/Chicago'), '2024-11-03 01:30:00')
})

test('midnight is hour 0 of the new day', () => {
  assert.equal(wallClock('2026-11-23T06:00:00Z', 'America/Chicago'), '2026-11-23 00:00:00')
  assert.equal(wallClock('2026-11-23T00:00:00Z', 'UTC'), '2026-11-23 00:00:00')
  assert.equal(wallClock('2025-12-31T18:30:00Z', 'Asia/Kolkata'), '2026-01-01 00:00:00')
})
