import assert from 'node:assert/strict'
import { test } from 'node:test'
import { equalSnapshots } from '../../../src/lake/read/equal-snapshots.ts'
import type { Snapshot } from '../../../src/lake/format/metadata.ts'
import { newTable, type Table } from '../../../src/lake/table.ts'
import { SCHEMA } from '../small-lake.ts'

const snapshot = (id: number, parent: number | undefined, operation: string, schemaId = 0): Snapshot => ({
  'snapshot-id': id,
  ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
  'sequence-number': id,
  'timestamp-ms': id,
  'manifest-list': `file:///lake/${id}.avro`,
  'schema-id': schemaId,
  summary: { operation },
})

function tableOf(snapshots: Snapshot[], main: number): Table {
  const empty = newTable({ name: 'raw.crimes', location: 'file:///lake', schema: SCHEMA, partitionBy: null })
  return {
    ...empty,
    metadata: { ...empty.metadata, snapshots, refs: { main: { 'snapshot-id': main, type: 'branch' } } },
  }
}

const idsFrom = (table: Table, id: number): unknown[] =>
  equalSnapshots(
    table,
    table.metadata.snapshots.find((one) => one['snapshot-id'] === id)!,
  ).map((one) => one['snapshot-id'])

test('a version is followed by those that replace its files, up to the next change of rows', () => {
  const table = tableOf(
    [
      snapshot(1, undefined, 'append'),
      snapshot(2, 1, 'replace'),
      snapshot(3, 2, 'replace'),
      snapshot(4, 3, 'overwrite'),
      snapshot(5, 4, 'append'),
    ],
    5,
  )
  assert.deepEqual(idsFrom(table, 1), [1, 2, 3])
  assert.deepEqual(idsFrom(table, 4), [4])
  assert.deepEqual(idsFrom(table, 5), [5])
})

test('a replacement on another branch, or under another schema, is none', () => {
  const branch = [snapshot(1, undefined, 'append'), snapshot(2, 1, 'replace'), snapshot(3, 1, 'append')]
  assert.deepEqual(idsFrom(tableOf(branch, 3), 1), [1])
  const schema = [snapshot(1, undefined, 'append'), snapshot(2, 1, 'replace', 1)]
  assert.deepEqual(idsFrom(tableOf(schema, 2), 1), [1])
})

test('a history whose middle has expired ends there', () => {
  const table = tableOf([snapshot(1, undefined, 'append'), snapshot(3, 2, 'replace')], 3)
  assert.deepEqual(idsFrom(table, 1), [1])
  assert.deepEqual(idsFrom(table, 3), [3])
})
