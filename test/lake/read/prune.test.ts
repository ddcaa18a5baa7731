import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bound } from '../../../src/lake/format/bounds.ts'
import type { Scan } from '../../../src/lake/read/plan.ts'
import { filesWithAny } from '../../../src/lake/read/prune.ts'
import type { PrimitiveType } from '../../../src/model/schema.ts'

/** A scan of files that each hold these values of one column. */
function scanOf(type: PrimitiveType, files: readonly (readonly string[])[], inOrder: (a: string, b: string) => number): Scan {
  return {
    table: 'raw.t',
    schema: { fields: [{ id: 7, name: 'c', required: false, type }] },
    rows: 0,
    rowsExact: true,
    files: files.map((values, n) => {
      const sorted = values.toSorted(inOrder)
      const bounds = (text: string, side: 'lower' | 'upper') => {
        const value = bound(type, text, side)
        return value ? [{ key: 7, value }] : null
      }
      const file = {
        spec_id: 0,
        content: 0,
        file_path: String(n),
        file_format: 'PARQUET',
        partition: {},
        record_count: values.length,
        file_size_in_bytes: 1,
        lower_bounds: bounds(sorted[0]!, 'lower'),
        upper_bounds: bounds(sorted.at(-1)!, 'upper'),
      }
      return { file, path: String(n), deletes: [], snapshotId: 1, sequenceNumber: 1, fileSequenceNumber: 1 }
    }),
  }
}

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const byNumber = (a: string, b: string): number => (BigInt(a) < BigInt(b) ? -1 : 1)
const kept = (scan: Scan): string[] => scan.files.map(({ path }) => path)

test('a file that holds the value is never left out, whatever long texts and odd characters its bounds are cut at', () => {
  const text = fc.string({ unit: 'binary', maxLength: 24 })
  fc.assert(
    fc.property(fc.array(fc.array(text, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 5 }), text, (files, other) => {
      const scan = scanOf('string', files, byBytes)
      for (const [n, values] of files.entries()) {
        for (const value of values) assert.ok(kept(filesWithAny(scan, 'c', [other, value])).includes(String(n)))
      }
    }),
  )
  fc.assert(
    fc.property(fc.array(fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), { minLength: 1 }), { minLength: 1 }), (files) => {
      const texts = files.map((values) => values.map(String))
      const scan = scanOf('long', texts, byNumber)
      for (const [n, values] of texts.entries()) {
        for (const value of values) assert.ok(kept(filesWithAny(scan, 'c', [value])).includes(String(n)))
      }
    }),
  )
})

test('files that cannot hold the value are left out, and files without bounds stay', () => {
  const scan = scanOf('long', [['1', '9'], ['10', '19'], ['20', '29']], byNumber)
  assert.deepEqual(kept(filesWithAny(scan, 'c', ['12'])), ['1'])
  assert.deepEqual(kept(filesWithAny(scan, 'c', ['9', '20'])), ['0', '2'])
  assert.deepEqual(kept(filesWithAny(scan, 'c', ['99'])), [])
  const unbounded = { ...scan, files: scan.files.map((one) => ({ ...one, file: { ...one.file, upper_bounds: null } })) }
  assert.deepEqual(kept(filesWithAny(unbounded, 'c', ['99'])), ['0', '1', '2'])
  assert.deepEqual(kept(filesWithAny(scan, 'other', ['99'])), ['0', '1', '2'])
  assert.deepEqual(kept(filesWithAny(scan, 'c', ['no number'])), ['0', '1', '2'])
})
