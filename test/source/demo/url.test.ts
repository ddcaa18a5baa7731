import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { parseDemoUrl } from '../../../src/source/demo/url.ts'

describe('A demo URL', () => {
  it('means 300,000 rows, seed 1 and day 0 where it says nothing', () => {
    assert.deepEqual(parseDemoUrl('demo://chicago'), { name: 'chicago', options: { rows: 300_000, seed: 1, day: 0 } })
    assert.deepEqual(parseDemoUrl('demo://chicago/?day=2').options, { rows: 300_000, seed: 1, day: 2 })
  })

  it('says how many rows, of which seed, on which day', () => {
    assert.deepEqual(parseDemoUrl('demo://chicago?rows=100000000&seed=4294967295&day=366').options, {
      rows: 100_000_000,
      seed: 4_294_967_295,
      day: 366,
    })
  })

  for (const url of [
    'demo:',
    'demo://',
    'demo:chicago',
    'demos://chicago',
    'demo://chicago/crimes',
    'demo://user:secret@chicago',
    'demo://:secret@chicago',
    'demo://chicago#a',
    'demo://chicago?rows=',
    'demo://chicago?rows=-1',
    'demo://chicago?rows=1e5',
    'demo://chicago?rows=1.5',
    'demo://chicago?rows=0x10',
    'demo://chicago?rows=100000001',
    'demo://chicago?rows=1&rows=2',
    'demo://chicago?day=367',
    'demo://chicago?seed=4294967296',
    'demo://chicago?days=1',
    'demo://chicago?constructor=1',
    'chicago',
  ]) {
    it(`is refused as ${url}`, () => {
      assert.throws(
        () => parseDemoUrl(url),
        (error) => {
          assert.ok(error instanceof BlotterError)
          assert.equal(error.code, 'source_url_invalid')
          assert.ok(!JSON.stringify([error.message, error.context]).includes('secret'))
          return true
        },
      )
    })
  }
})
