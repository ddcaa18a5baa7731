import assert from 'node:assert/strict'
import { isUtf8 as isUtf8OfNode } from 'node:buffer'
import { test } from 'node:test'
import fc from 'fast-check'
import { isUtf8 } from '../../../../src/source/mysql/fast/utf8.ts'

test('bytes are UTF-8 exactly where Node.js says so', () => {
  const lead = fc.constantFrom(0x7f, 0x80, 0xbf, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0xff)
  const follow = fc.constantFrom(0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0)
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 6 }),
    fc.tuple(lead, follow, follow, follow).map((all) => Uint8Array.from(all)),
    fc.string({ unit: 'binary' }).map((text) => Uint8Array.from(Buffer.from(text))),
  )
  fc.assert(
    fc.property(bytes, (some) => isUtf8(some, 0, some.length) === isUtf8OfNode(some)),
    { numRuns: 5000 },
  )
  assert.equal(isUtf8(Uint8Array.from([0x41, 0xc3, 0xa9, 0xff]), 1, 3), true)
})
