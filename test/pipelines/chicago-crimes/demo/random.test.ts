import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { aliasOf, below, chance, draw, pick, saltOf } from '../../../../pipelines/chicago-crimes/demo/random.ts'

describe('Chance without memory', () => {
  it('picks by weight', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(100), { minLength: 1, maxLength: 12 }), fc.nat(), (weights, seed) => {
        const sum = weights.reduce((all, weight) => all + weight, 0)
        fc.pre(sum > 0)
        const alias = aliasOf(weights)
        const counts = weights.map(() => 0)
        const salt = saltOf(seed, 'weights')
        for (let i = 0; i < 4000; i++) counts[pick(alias, draw(salt, i))]!++
        weights.forEach((weight, i) => {
          if (weight === 0) assert.equal(counts[i], 0)
          assert.ok(Math.abs(counts[i]! / 4000 - weight / sum) < 0.06)
        })
      }),
      { numRuns: 40 },
    )
  })

  it('gives each stream and seed numbers of its own, evenly', () => {
    const seeds = [0, 1, 2 ** 31, 2 ** 32 - 1]
    const salts = ['a', 'b', 'ab', 'ba', ''].flatMap((stream) => seeds.map((seed) => saltOf(seed, stream)))
    assert.equal(new Set(salts).size, salts.length)
    for (const salt of salts) {
      const drawn = Array.from({ length: 10_000 }, (_, i) => draw(salt, i))
      const tenths = Array.from({ length: 10 }, (_, tenth) => drawn.filter((number) => below(10, number) === tenth).length)
      assert.ok(tenths.every((count) => count > 850 && count < 1150))
      assert.ok(Math.abs(drawn.filter((number) => chance(0.3, number)).length - 3000) < 250)
    }
  })
})
