import assert from 'node:assert/strict'
import { test } from 'node:test'
import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { type AvroSchema, decodeAvro, encodeAvro } from '../../../src/lake/format/avro.ts'
import { exactInteger } from '../../../src/lake/format/exact-json.ts'
import { MANIFEST_FILE_SCHEMA, manifestEntrySchema } from '../../../src/lake/format/manifest-schema.ts'
import { partitionSchema } from '../../../src/lake/format/partition.ts'

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(exactInteger)
const bytes = fc.uint8Array({ maxLength: 20 }).map((values) => Buffer.from(values))
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null })
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
const byColumn = <T>(value: fc.Arbitrary<T>) => maybe(fc.array(fc.record({ key: int, value }), { maxLength: 3 }))

const SPEC = {
  'spec-id': 0,
  fields: [
    { 'source-id': 1, 'field-id': 1000, name: 'batch_at_day', transform: 'day' },
    { 'source-id': 2, 'field-id': 1001, name: 'seen', transform: 'identity' },
  ],
}
const SCHEMAS = [{ fields: [{ id: 2, name: 'seen', required: false, type: 'timestamp' as const }] }]
const entry = fc.record({
  status: fc.constantFrom(0, 1, 2),
  snapshot_id: maybe(long),
  sequence_number: maybe(long),
  file_sequence_number: maybe(long),
  data_file: fc.record({
    content: fc.constantFrom(0, 1, 2),
    file_path: fc.string(),
    file_format: fc.constant('PARQUET'),
    partition: fc.record({ batch_at_day: maybe(int), seen: maybe(long) }),
    record_count: long,
    file_size_in_bytes: long,
    column_sizes: byColumn(long),
    value_counts: byColumn(long),
    null_value_counts: byColumn(long),
    nan_value_counts: byColumn(long),
    lower_bounds: byColumn(bytes),
    upper_bounds: byColumn(bytes),
    key_metadata: maybe(bytes),
    split_offsets: maybe(fc.array(long, { maxLength: 3 })),
    equality_ids: maybe(fc.array(int, { maxLength: 3 })),
    sort_order_id: maybe(int),
    referenced_data_file: maybe(fc.string()),
  }),
})

/** Records of avsc have their own class; only their content counts. */
const plain = (value: unknown): unknown => {
  if (Buffer.isBuffer(value) || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]))
}

test('manifest entries survive the round trip with every field and every bit of an id', () => {
  const schema = manifestEntrySchema(partitionSchema(SPEC, SCHEMAS))
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 4 }), (entries) => {
      assert.deepEqual(plain(decodeAvro(encodeAvro(schema, entries, { content: 'data' }))), plain(entries))
    }),
    { numRuns: 60 },
  )
})

test('the header of an Avro file keeps field ids and logical types, since other readers go by them', () => {
  const file = encodeAvro(manifestEntrySchema(partitionSchema(SPEC, SCHEMAS)), [], {}).toString('latin1')
  for (const part of [
    '"field-id":134',
    '"element-id":133',
    '"logicalType":"map"',
    '"logicalType":"date"',
    '"logicalType":"timestamp-micros"',
  ]) {
    assert.ok(file.includes(part), part)
  }
  assert.ok(encodeAvro(MANIFEST_FILE_SCHEMA, [], {}).toString('latin1').includes('"element-id":508'))
})

test('a file that is cut off at any byte is an error, never a shorter list', () => {
  const schema: AvroSchema = {
    type: 'record',
    name: 'r',
    fields: [
      { name: 'id', type: 'long' },
      { name: 'text', type: 'string' },
    ],
  }
  const whole = encodeAvro(
    schema,
    [
      { id: 2n ** 62n, text: 'a' },
      { id: 7, text: 'b' },
    ],
    {},
  )
  const headerEnd = encodeAvro(schema, [], {}).length
  for (let end = 0; end < whole.length; end++) {
    if (end === headerEnd) continue // A file of no blocks is whole: the storage never leaves one.
    assert.throws(() => decodeAvro(whole.subarray(0, end)), `cut at ${end}`)
  }
  assert.equal(decodeAvro(whole).length, 2)
})

test('blocks that others compressed with zstandard are read', () => {
  const schema: AvroSchema = { type: 'record', name: 'z', fields: [{ name: 'id', type: 'long' }] }
  const plainFile = encodeAvro(schema, [], { 'avro.codec': 'zstandard' })
  const body = zstdCompressSync(Buffer.from([0x0e]))
  const block = Buffer.concat([Buffer.from([0x02, body.length * 2]), body, plainFile.subarray(-16)])
  assert.deepEqual(plain(decodeAvro(Buffer.concat([plainFile, block]))), [{ id: 7 }])
})
