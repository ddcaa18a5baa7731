import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { expiredBatches } from '../../../src/pipeline/upkeep/retention.ts'

const now = new Date('2026-02-10T12:00:00Z')
const days = Array.from({ length: 10 }, (_, i) => `2026-02-${String(i + 1).padStart(2, '0')}T06:00:00Z`)
const names = (from: number, to: number): string[] => days.slice(from - 1, to)
const expired = (retention: { batches?: number; days?: number }, keep: string[] = []): string[] =>
  expiredBatches(days, retention, { now, keep: new Set(keep) })

test('a batch stays if either number keeps it', () => {
  assert.deepEqual(expired({ batches: 3 }), names(1, 7))
  assert.deepEqual(expired({ days: 2 }), names(1, 8))
  assert.deepEqual(expired({ batches: 5, days: 2 }), names(1, 5))
  assert.deepEqual(expired({ batches: 1, days: 4 }), names(1, 6))
})

test('without a number nothing expires', () => assert.deepEqual(expired({}), []))

test('the newest batch and those that are named to be kept never expire', () => {
  assert.deepEqual(expired({ days: 0 }, [days[3]!]), [...names(1, 3), ...names(5, 9)])
  fc.assert(
    fc.property(fc.subarray(days, { minLength: 1 }), fc.option(fc.nat(12)), fc.option(fc.nat(12)), (batches, count, age) => {
      const retention = { batches: count ?? undefined, days: age ?? undefined }
      assert.ok(!expiredBatches(batches, retention, { now, keep: new Set() }).includes(batches.at(-1)!))
    }),
  )
})
