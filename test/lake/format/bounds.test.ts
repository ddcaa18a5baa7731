import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bound } from '../../../src/lake/format/bounds.ts'

test('a text lies between its bounds as UTF-8 bytes, and neither is longer than 16 characters', () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'grapheme', maxLength: 40 }))
  fc.assert(
    fc.property(text, (value) => {
      const whole = Buffer.from(value)
      const lower = bound('string', value, 'lower')!
      const upper = bound('string', value, 'upper')
      assert.ok(Buffer.compare(lower, whole) <= 0)
      assert.ok([...lower.toString()].length <= 16)
      if (upper === undefined) return
      assert.ok(Buffer.compare(upper, whole) >= 0)
      assert.ok([...upper.toString()].length <= 16)
      assert.equal(Buffer.from(upper.toString()).compare(upper), 0, 'whole characters only')
    }),
    { numRuns: 500 },
  )
})

test('the upper bound of a long text steps over the surrogates and carries past the last character', () => {
  const at = (last: string): string | undefined => bound('string', `${'a'.repeat(15)}${last}more`, 'upper')?.toString()
  assert.equal(at('é'), `${'a'.repeat(15)}ê`)
  assert.equal(at('\ud7ff'), `${'a'.repeat(15)}\ue000`)
  assert.equal(at('\u{10ffff}'), `${'a'.repeat(14)}b`)
  assert.equal(bound('string', '\u{10ffff}'.repeat(17), 'upper'), undefined)
})

test('numbers and times are little endian, and times are exact to the microsecond before and after 1970', () => {
  const micros = (text: string, type: 'timestamp' | 'timestamptz' = 'timestamp') =>
    bound(type, text, 'lower')?.readBigInt64LE()
  assert.equal(bound('int', '-2', 'lower')?.toString('hex'), 'feffffff')
  assert.equal(bound('long', '9223372036854775807', 'upper')?.readBigInt64LE(), 2n ** 63n - 1n)
  assert.equal(micros('1969-12-31 23:59:59.999999'), -1n)
  assert.equal(micros('2024-03-10 02:30:00'), 1710037800000000n)
  assert.equal(micros('9999-12-31 23:59:59.999999+00', 'timestamptz'), 253402300799999999n)
  assert.equal(bound('date', '1969-12-31', 'lower')?.readInt32LE(), -1)
  assert.deepEqual(
    [bound('boolean', '1', 'lower'), bound('boolean', 'false', 'upper')],
    [Buffer.from([1]), Buffer.from([0])],
  )
})

test('zero is the negative one below and the positive one above', () => {
  assert.ok(Object.is(bound('double', '0.0', 'lower')?.readDoubleLE(), -0))
  assert.ok(Object.is(bound('double', '-0.0', 'upper')?.readDoubleLE(), 0))
})

test('what cannot be trusted has no bound', () => {
  for (const text of ['nan', 'inf', '-inf', 'Infinity', '']) assert.equal(bound('double', text, 'upper'), undefined, text)
  for (const text of ['infinity', '0044-03-15 (BC) 00:00:00', '10000-01-01 00:00:00', '2024-01-01 00:00:00-06']) {
    assert.equal(bound('timestamp', text, 'lower'), undefined, text)
  }
})
