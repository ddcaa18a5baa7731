import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { retryDelayMs } from '../../../src/orchestrate/run/retry.ts'

const policies = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 20 }),
  baseMs: fc.integer({ min: 1, max: 10_000 }),
  capMs: fc.integer({ min: 1, max: 600_000 }),
})
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('a wait is never longer than the cap nor shorter than half of what backoff says', () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 2000 }), chance, (policy, failures, random) => {
      const delayMs = retryDelayMs(policy, failures, () => random)
      const longestMs = Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1))
      assert.ok(delayMs >= longestMs / 2 && delayMs <= longestMs && delayMs <= policy.capMs, `${delayMs}`)
    }),
  )
})

test('with equal chance, a later wait is never shorter than an earlier one', () => {
  fc.assert(
    fc.property(policies, fc.integer({ min: 1, max: 200 }), chance, (policy, failures, random) => {
      assert.ok(retryDelayMs(policy, failures + 1, () => random) >= retryDelayMs(policy, failures, () => random))
    }),
  )
})

test('chance spreads the waits, so that those who failed together come back apart', () => {
  const policy = { maxAttempts: 3, baseMs: 1000, capMs: 60_000 }
  assert.equal(
    retryDelayMs(policy, 1, () => 0),
    500,
  )
  assert.equal(
    retryDelayMs(policy, 2, () => 0.5),
    1500,
  )
})
