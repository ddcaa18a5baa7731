import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Deadline, elapsedMs, firstSight, isMissed } from '../../../src/orchestrate/watch/deadline.ts'

const DEADLINE: Deadline = { limitMs: 2000, startedMs: 1_000_000, watchedMs: 0 }

describe('A deadline', () => {
  it('is missed by more than its limit', () => {
    assert.deepEqual(
      [1999, 2000, 2001].map((elapsed) => isMissed(DEADLINE, elapsed)),
      [false, false, true],
    )
  })

  it('goes on while the wall clock is set back, and is not un-missed by it', () => {
    const sight = firstSight(DEADLINE, { wallMs: 1_000_500, monotonicMs: 70 })
    assert.equal(elapsedMs(DEADLINE, sight, { wallMs: 1_001_500, monotonicMs: 1070 }), 1500)
    assert.equal(elapsedMs(DEADLINE, sight, { wallMs: 400, monotonicMs: 2070 }), 2500)
  })

  it('counts what a machine slept through, of which the other clock knows nothing', () => {
    const sight = firstSight(DEADLINE, { wallMs: 1_000_000, monotonicMs: 0 })
    assert.equal(elapsedMs(DEADLINE, sight, { wallMs: 1_009_000, monotonicMs: 40 }), 9000)
  })

  it('goes on from what an earlier watcher saw, though the clock stands before the start', () => {
    const watched = { ...DEADLINE, watchedMs: 1800 }
    const sight = firstSight(watched, { wallMs: 3, monotonicMs: 50_000 })
    assert.equal(elapsedMs(watched, sight, { wallMs: 4, monotonicMs: 50_300 }), 2100)
    assert.equal(firstSight(DEADLINE, { wallMs: 3, monotonicMs: 0 }).elapsedMs, 0)
  })

  it('never goes back as long as one watcher looks, whatever is done to the wall clock', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -10_000, max: 10_000 }), fc.nat(1000)), {
      minLength: 1,
      maxLength: 30,
    })
    fc.assert(
      fc.property(steps, (moves) => {
        const sight = firstSight(DEADLINE, { wallMs: DEADLINE.startedMs, monotonicMs: 0 })
        let [wallMs, monotonicMs, watched] = [DEADLINE.startedMs, 0, 0]
        for (const [set, passed] of moves) {
          wallMs += set + passed
          monotonicMs += passed
          watched += passed
          assert.ok(elapsedMs(DEADLINE, sight, { wallMs, monotonicMs }) >= watched)
        }
      }),
    )
  })
})
