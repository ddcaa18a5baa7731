import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonRecords, rawMembers, textValues } from '../../../src/source/file/json-records.ts'

test('objects do not depend on where blocks end, and their values are those of JSON.parse', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }))
  fc.assert(
    fc.property(fc.array(object, { maxLength: 5 }), fc.nat(20), fc.constantFrom(0, 2), (objects, size, indent) => {
      const bytes = Buffer.from(JSON.stringify(objects, null, indent))
      const records = new JsonRecords()
      const found: Record<string, unknown>[] = []
      let carry: Buffer = Buffer.alloc(0)
      for (let at = 0; at < bytes.length; at += size + 1) {
        const block = Buffer.concat([carry, bytes.subarray(at, at + size + 1)])
        const read = records.read(block, false)
        found.push(...read.objects.map((one) => one.value))
        for (const one of read.objects) {
          const names = Object.keys(one.value)
          const raw = rawMembers(one.text)
          for (const name of names) assert.deepEqual(JSON.parse(raw.get(name)!), one.value[name])
          assert.equal(textValues(one, names).length, names.length)
        }
        carry = block.subarray(read.consumed)
      }
      records.read(carry, true)
      assert.deepEqual(found, JSON.parse(bytes.toString()))
    }),
    { numRuns: 300 },
  )
})

test('raw members are written as they were, without the spaces between signs', () => {
  const text = '{ "a" : 1.50 , "b": [ 1, {"c": "x , y"} ], "a\\n": "{", "a": 2e1 }'
  assert.deepEqual(
    [...rawMembers(text)],
    [
      ['a', '2e1'],
      ['b', '[1,{"c":"x , y"}]'],
      ['a\n', '"{"'],
    ],
  )
})
