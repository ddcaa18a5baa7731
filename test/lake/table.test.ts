import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { BlotterError, type ErrorCode } from '../../src/errors.ts'
import { formatJson } from '../../src/lake/format/exact-json.ts'
import { parseMetadata } from '../../src/lake/format/metadata.ts'
import { newTable, snapshotOf, tableSchema } from '../../src/lake/table.ts'
import { SCHEMA } from './small-lake.ts'

const made = newTable({ name: 'raw.crimes', location: 'file:///lake/raw/crimes', schema: SCHEMA, partitionBy: null })
const failsWith = (code: ErrorCode, naming: string) => (error: unknown) =>
  error instanceof BlotterError && error.code === code && error.message.includes(naming)

test('metadata of another format version, and what is no metadata, is refused by name', () => {
  const parse = (value: unknown) => () => parseMetadata('file:///lake/v.metadata.json', Buffer.from(formatJson(value)))
  assert.throws(parse({ ...made.metadata, 'format-version': 3 }), failsWith('lake_newer', 'version 3'))
  assert.throws(parse({ ...made.metadata, 'format-version': 1 }), failsWith('unsupported', 'version 1'))
  for (const other of [null, [], {}, { 'format-version': 2 }])
    assert.throws(parse(other), failsWith('lake_damaged', 'v.metadata.json'))
  assert.throws(
    () => parseMetadata('file:///lake/v.metadata.json', Buffer.from('{"format-')),
    failsWith('lake_damaged', 'v.metadata.json'),
  )
})

test('compressed metadata of other writers is read, and fields that Blotter does not know are carried on', () => {
  const bytes = gzipSync(formatJson({ ...made.metadata, 'last-updated-ms': 5, 'encryption-keys': [{ 'key-id': 'k' }] }))
  const metadata = parseMetadata('file:///lake/00001-x.gz.metadata.json', bytes)
  assert.deepEqual(metadata['encryption-keys'], [{ 'key-id': 'k' }])
})

test('a column of an unknown type is refused by its path', () => {
  const fields = [
    {
      id: 1,
      name: 'before',
      required: false,
      type: { type: 'struct', fields: [{ id: 2, name: 'price', required: false, type: 'variant' }] },
    },
  ]
  const table = { ...made, metadata: { ...made.metadata, schemas: [{ type: 'struct', 'schema-id': 0, fields }] } }
  assert.throws(() => tableSchema(table as typeof made), failsWith('unsupported', 'before.price'))
})

test('a snapshot is found by branch, tag and id, foreign ids of 63 bits included', () => {
  const id = 7957649981961357382n
  const snapshot = { 'snapshot-id': id, 'sequence-number': 1, 'timestamp-ms': 1, 'manifest-list': 'x', summary: {} }
  const refs = { main: { 'snapshot-id': id, type: 'branch' as const }, t: { 'snapshot-id': id, type: 'tag' as const } }
  const table = { ...made, metadata: { ...made.metadata, snapshots: [snapshot], refs, 'current-snapshot-id': id } }
  for (const ref of [undefined, 'main', 't', id]) assert.equal(snapshotOf(table, ref), snapshot)
  for (const ref of ['constructor', 'u', id - 1n, 3]) assert.equal(snapshotOf(table, ref), undefined)
  assert.equal(snapshotOf(made), undefined)
})
