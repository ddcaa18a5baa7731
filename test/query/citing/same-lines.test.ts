import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sameLines } from '../../../src/query/citing/same-lines.ts'

test('lines are the same in any order, and within the last of ten digits', () => {
  assert.ok(sameLines(['{"a":1}', '{"a":2}'], ['{"a":2}', '{"a":1}']))
  assert.ok(sameLines(['{"a":[{"b":0.1234567891}]}'], ['{"a":[{"b":0.1234567892}]}']))
  assert.ok(sameLines([], []))
})

test('another value, row, name or type is another result', () => {
  for (const [a, b] of [
    ['{"a":0.123456789}', '{"a":0.123456799}'],
    ['{"a":1000000000}', '{"a":1000000001}'],
    ['{"a":1}', '{"b":1}'],
    ['{"a":1}', '{"a":"1"}'],
    ['{"a":null}', '{"a":0}'],
    ['{"a":[1,2]}', '{"a":[1,2,3]}'],
  ])
    assert.ok(!sameLines([a!], [b!]), `${a} ${b}`)
  assert.ok(!sameLines(['{"a":1}'], ['{"a":1}', '{"a":1}']))
})
