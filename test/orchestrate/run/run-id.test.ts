import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { runId } from '../../../src/orchestrate/run/run-id.ts'

const moments = fc.date({ min: new Date('1970-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })

test('a run is named by its second and four signs of chance', () => {
  fc.assert(
    fc.property(moments, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (at, random) => {
      assert.match(
        runId(at, () => random),
        /^\d{8}T\d{6}Z-[2-9b-df-hj-np-tv-xz]{4}$/,
      )
    }),
  )
})

test('names sort by time', () => {
  fc.assert(
    fc.property(moments, moments, (one, other) => {
      const [a, b] = [one, other].map((at) => runId(at, () => 0)) as [string, string]
      const seconds = Math.floor(one.getTime() / 1000) - Math.floor(other.getTime() / 1000)
      assert.equal(Math.sign(a < b ? -1 : a > b ? 1 : 0), Math.sign(seconds))
    }),
  )
})
