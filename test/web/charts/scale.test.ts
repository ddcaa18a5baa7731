import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { AMOUNT_STEPS, amountBounds, amountStep, evenBounds, fitted, ticksUpTo } from '../../../web/src/charts/scale.ts'

test('ticks begin at nothing, are evenly apart and reach the largest value', () => {
  assert.deepEqual(ticksUpTo(1570, 4), [0, 500, 1000, 1500, 2000])
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 2, max: 8 }), (most, wanted) => {
      const ticks = ticksUpTo(most, wanted)
      assert.equal(ticks[0], 0)
      assert.ok(ticks.at(-1)! >= most)
      assert.ok(ticks.length <= wanted + 2)
      assert.equal(new Set(ticks.slice(1).map((tick, i) => tick - ticks[i]!)).size, 1)
    }),
  )
})

test('every amount has a step: none for nothing, the last for the largest, never fewer for more', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 50 }), (values) => {
      const most = Math.max(1, ...values)
      for (const bounds of [amountBounds(most), evenBounds(Math.min(...values), most)]) {
        const steps = values.toSorted((a, b) => a - b).map((value) => amountStep(bounds, value))
        assert.deepEqual(
          steps,
          steps.toSorted((a, b) => a - b),
        )
        assert.ok(steps.every((step) => step >= 0 && step <= AMOUNT_STEPS))
        assert.equal(amountStep(bounds, most), AMOUNT_STEPS)
        assert.equal(amountStep(bounds, 0), 0)
      }
    }),
  )
})

test('a text that does not fit ends in an ellipsis, and one that fits stays', () => {
  assert.equal(fitted('Theft', 200), 'Theft')
  assert.match(fitted('Parking lot or garage, not residential', 120), /^Parking.*…$/)
})
