import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readThrift, ThriftError } from '../../../src/source/file/thrift.ts'

test('fields of the compact protocol are read by number', () => {
  // 1: i32 1 · 2: list of binary "a", "b" · 4: true · 20: struct { 1: i64 -3 } · stop
  const bytes = Buffer.from([0x15, 0x02, 0x19, 0x28, 1, 0x61, 1, 0x62, 0x21, 0x0c, 0x28, 0x16, 0x05, 0, 0])
  const fields = readThrift(bytes, Infinity)
  assert.deepEqual(fields.get(1), 1n)
  assert.deepEqual(String(fields.get(2)), 'a,b')
  assert.equal(fields.get(4), true)
  assert.deepEqual(fields.get(20), new Map([[1, -3n]]))
  assert.equal(readThrift(bytes, 2).size, 2)
})

test('whatever the bytes are, they are read or refused, and soon', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        assert.ok(readThrift(Buffer.from(bytes), Infinity) instanceof Map)
      } catch (error) {
        assert.ok(error instanceof ThriftError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})
