import assert from 'node:assert/strict'
import { test } from 'node:test'
import { keyOf } from '../../src/query/key.ts'

test('a key is any whole number of 64 bits, exactly as it is written', () => {
  const keys = ['0', ' 13311263 ', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808']
  assert.deepEqual(keys.map(keyOf), keys.map(BigInt))
  for (const none of ['', '1.5', '1e3', '0x10', '9223372036854775808', '-9223372036854775809', 'HX123456', '1 2']) {
    assert.equal(keyOf(none), undefined, none)
  }
})
