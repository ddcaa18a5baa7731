import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { PATIENCE, retryAfterMs, waitMs } from '../../../src/source/socrata/patience.ts'

describe('Waiting for a portal', () => {
  const waits = (random: number, afterMs?: number): number[] =>
    [1, 2, 3, 4, 5, 6, 7].map((failures) => waitMs(PATIENCE, failures, afterMs, () => random))

  it('doubles with each failure up to the cap, half of it by chance', () => {
    assert.deepEqual(waits(0), [500, 1000, 2000, 4000, 8000, 15_000, 15_000])
    assert.deepEqual(waits(1), [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  it('is never shorter than the portal asks for', () => {
    assert.deepEqual(waits(0, 9000), [9000, 9000, 9000, 9000, 9000, 15_000, 15_000])
    assert.ok(waits(0.5, 9000)[0]! > 9000)
  })

  it('reads Retry-After as seconds or as an HTTP date', () => {
    const now = new Date('2026-11-23T06:00:00Z')
    assert.equal(retryAfterMs('120', now), 120_000)
    assert.equal(retryAfterMs(' 0 ', now), 0)
    assert.equal(retryAfterMs('Mon, 23 Nov 2026 06:00:30 GMT', now), 30_000)
    assert.equal(retryAfterMs('Mon, 23 Nov 2026 05:00:00 GMT', now), 0)
    for (const none of [null, '', 'soon', '-5x']) assert.equal(retryAfterMs(none, now), undefined)
  })
})
