import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { forecast, type PastTimes, quantile, type StepSoFar } from '../../../src/orchestrate/watch/forecast.ts'

const PAST: PastTimes = new Map([
  ['extract', [100, 110, 90, 100, 300]],
  ['land', [50, 50, 50, 50, 60]],
  ['publish', [10, 10, 10, 10, 10]],
])
const steps = (extract: Partial<StepSoFar>, land: Partial<StepSoFar> = {}): StepSoFar[] => [
  { name: 'extract', state: 'running', elapsedMs: 0, ...extract },
  { name: 'land', state: 'waiting', elapsedMs: 0, ...land },
  { name: 'publish', state: 'waiting', elapsedMs: 0 },
]

describe('A forecast', () => {
  it('of a run that has just begun is what such runs usually take', () => {
    const found = forecast({ elapsedMs: 0, steps: steps({}) }, PAST)
    assert.deepEqual([found?.expectedMs, found?.samples], [160, 5])
  })

  it('of a step beyond its usual time is what nine of ten took, and then as long again as it is over', () => {
    assert.equal(forecast({ elapsedMs: 150, steps: steps({ elapsedMs: 150 }) }, PAST)?.expectedMs, 360)
    assert.equal(forecast({ elapsedMs: 400, steps: steps({ elapsedMs: 400 }) }, PAST)?.expectedMs, 560)
  })

  it('names the step that is slow, also when it is done already', () => {
    const slow = forecast(
      { elapsedMs: 300, steps: steps({ state: 'done', elapsedMs: 250 }, { state: 'running', elapsedMs: 50 }) },
      PAST,
    )?.slow
    assert.deepEqual(slow, { step: 'extract', elapsedMs: 250, usualMs: 100 })
    assert.equal(forecast({ elapsedMs: 10, steps: steps({ elapsedMs: 10 }) }, PAST)?.slow.step, 'land')
  })

  it('is not made from too few runs, or for a run without steps', () => {
    assert.equal(forecast({ elapsedMs: 0, steps: steps({}) }, new Map([['extract', [1, 2]]])), undefined)
    assert.equal(forecast({ elapsedMs: 0, steps: [] }, PAST), undefined)
  })

  it('is never less than what has gone by, and of a run that is done it is that', () => {
    const step = fc.record({ name: fc.constantFrom('extract', 'land', 'publish'), elapsedMs: fc.nat(10_000) })
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1 }),
        fc.nat(),
        fc.constantFrom('done', 'running', 'waiting'),
        (given, elapsed, state) => {
          const found = forecast({ elapsedMs: elapsed, steps: given.map((one) => ({ ...one, state })) }, PAST)!
          assert.ok(found.expectedMs >= elapsed)
          if (state === 'done') assert.equal(found.expectedMs, elapsed)
        },
      ),
    )
  })
})

describe('A quantile', () => {
  it('is one of the values, by the nearest rank', () => {
    assert.deepEqual(
      [quantile([3, 1, 2], 0.5), quantile([4, 1, 2, 3], 0.5), quantile([1, 9], 0.9), quantile([], 0.5)],
      [2, 2, 9, 0],
    )
  })
})
