import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exactInteger, formatJson, parseJson } from '../../../src/lake/format/exact-json.ts'

test('a snapshot id of 63 bits comes back as it was, and is not rounded', () => {
  const text = '{"snapshot-id":7957649981961357382,"parent":-9223372036854775808,"small":12,"half":1.5}'
  const parsed = parseJson(text) as Record<string, unknown>
  assert.equal(parsed['snapshot-id'], 7957649981961357382n)
  assert.equal(parsed['small'], 12)
  assert.equal(formatJson(parsed), text)
})

test('any JSON with integers of 64 bits survives reading and writing', () => {
  const integer = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exactInteger)
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      integer,
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }).filter((value) => !Object.is(value, -0)),
      fc.array(tie('value')),
      fc.dictionary(
        fc.string().filter((key) => key !== '__proto__'),
        tie('value'),
        { noNullPrototype: true },
      ),
    ),
  })).value
  fc.assert(
    fc.property(json, (value) => assert.deepEqual(parseJson(formatJson(value)), value)),
    { numRuns: 300 },
  )
})

test('text that only looks like a long number stays text', () => {
  assert.deepEqual(parseJson('{"a": "x: 12345678901234567890, 1234567890123456789"}'), {
    a: 'x: 12345678901234567890, 1234567890123456789',
  })
})
