import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalRows, resultSha256 } from '../../src/query/canonical.ts'

const COLUMNS = [
  { name: 'type', type: 'VARCHAR' },
  { name: 'n', type: 'BIGINT' },
  { name: 'share', type: 'DOUBLE' },
  { name: '2', type: 'TIMESTAMP' },
]

test('a row is a line of JSON in the order of the columns, with exact whole numbers and ten digits of others', () => {
  const line = canonicalRows(COLUMNS)
  const row = { type: 'a "b"', n: 9007199254740993n, share: 0.1 + 0.2, 2: '2024-03-10 02:30:00' }
  assert.equal(line(row), '{"type":"a \\"b\\"","n":"9007199254740993","share":0.3,"2":"2024-03-10T02:30:00"}')
  assert.equal(line({ type: null, n: 1n, share: Number.NaN, 2: null }), '{"type":null,"n":1,"share":null,"2":null}')
  assert.equal(
    line({ type: '', n: 0n, share: 1234567890123456, 2: null }),
    '{"type":"","n":0,"share":1234567890123456,"2":null}',
  )
})

test('sums that differ by the order of adding have one canonical form', () => {
  const line = canonicalRows([{ name: 's', type: 'DOUBLE' }])
  fc.assert(
    fc.property(fc.array(fc.double({ min: 40, max: 43, noNaN: true }), { minLength: 2, maxLength: 200 }), (numbers) => {
      const sum = numbers.reduce((a, b) => a + b, 0)
      // Where a digit is rounded by chance one way or the other, no number of digits would help.
      const digits = Math.abs((sum * 1e6) % 1)
      fc.pre(Math.abs(digits - 0.5) > 0.01)
      const backwards = numbers.toReversed().reduce((a, b) => a + b, 0)
      assert.equal(line({ s: sum }), line({ s: backwards }))
    }),
  )
})

test('the hash of a result is that of its sorted lines, in whatever order they come', () => {
  const lines = ['{"a":10}', '{"a":"é"}', '{"a":1}']
  // Bytes, not letters: `}` stands behind `0`.
  const sorted = [...lines].map((one) => Buffer.from(`${one}\n`)).sort(Buffer.compare)
  assert.equal(resultSha256(lines), createHash('sha256').update(Buffer.concat(sorted)).digest('hex'))
  assert.notEqual(resultSha256(lines), resultSha256([...lines, lines[0]!]), 'a doubled row counts')
  fc.assert(
    fc.property(fc.array(fc.string()), (texts) => {
      assert.equal(resultSha256(texts), resultSha256(texts.toReversed()))
    }),
  )
})
