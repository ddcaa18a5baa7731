import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type BlockScan, type CsvShape, fieldsOf, quotedRecord, scanBlock } from '../../../src/source/file/csv-records.ts'

const SHAPE: CsvShape = { delimiter: 44, fields: 2, terminator: 'lf' }

/** All good bytes and malformed lines of a text that comes in blocks of some bytes. */
function inBlocks(text: Buffer, size: number): object {
  const total = { good: 0, malformed: 0, odd: 0, blank: 0, texts: [] as string[] }
  const add = (block: Buffer, scan: BlockScan): Buffer => {
    for (const name of ['good', 'malformed', 'odd', 'blank'] as const) total[name] += scan[name]
    for (const { kind, from, to } of scan.pieces) {
      const part = block.toString('latin1', from, to)
      // Runs of good records depend on where blocks end; what lies in them does not.
      if (kind === 'good' && total.texts.at(-1)?.startsWith('good')) total.texts.push(`${total.texts.pop()}${part}`)
      else total.texts.push(`${kind}${part}`)
    }
    return block.subarray(scan.consumed)
  }
  let carry: Buffer = Buffer.alloc(0)
  for (let at = 0; at < text.length; at += size) {
    const block = Buffer.concat([carry, text.subarray(at, at + size)])
    carry = add(block, scanBlock(block, SHAPE, false, false))
  }
  add(carry, scanBlock(carry, SHAPE, true, false))
  return total
}

test('records do not depend on where blocks end', () => {
  const text = fc.string({ unit: fc.constantFrom('a', ',', ',', '"', '"', '\n', '\n', '\r', 'é', '漢'), maxLength: 60 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 9 }), (content, size) => {
      const bytes = Buffer.from(content)
      assert.deepEqual(inBlocks(bytes, size), inBlocks(bytes, bytes.length + 1))
    }),
    { numRuns: 3000 },
  )
})

test('every byte of a text is in a good record, in a malformed one, or a line end', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ',', '"', '\n', '\r'), maxLength: 60 })
  fc.assert(
    fc.property(text, (content) => {
      const bytes = Buffer.from(content)
      const { pieces, consumed } = scanBlock(bytes, SHAPE, true, false)
      assert.equal(consumed, bytes.length)
      let at = 0
      for (const { from, to } of pieces) {
        assert.match(bytes.toString('latin1', at, from), /^[\r\n]*$/)
        at = to
      }
      assert.match(bytes.toString('latin1', at), /^[\r\n]*$/)
    }),
    { numRuns: 3000 },
  )
})

test('bytes of values are those of the fields, whatever is quoted', () => {
  const fields = fc.array(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', 'é') }), { minLength: 2, maxLength: 2 })
  fc.assert(
    fc.property(fc.array(fields), (rows) => {
      const text = rows.map((row) => `${quotedRecord(row, ',')}\n`).join('')
      const scan = scanBlock(Buffer.from(text), SHAPE, true, false)
      assert.equal(scan.good, rows.length)
      assert.equal(
        scan.valueBytes,
        rows.flat().reduce((sum, value) => sum + Buffer.byteLength(value), 0),
      )
      for (const row of rows) assert.deepEqual(fieldsOf(quotedRecord(row, ','), ','), row)
    }),
  )
})

test('a broken quote is read as far as it makes sense', () => {
  assert.deepEqual(fieldsOf('1,"CTA "L" x",2', ','), ['1', 'CTA L" x"', '2'])
  assert.deepEqual(fieldsOf('1,"open, x', ','), ['1', 'open, x'])
  assert.deepEqual(fieldsOf('"a""', ','), ['a"'])
  assert.deepEqual(fieldsOf('', ','), [''])
})
