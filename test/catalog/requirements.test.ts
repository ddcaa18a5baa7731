import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applyUpdates } from '../../src/catalog/metadata-updates.ts'
import { creation } from '../../src/catalog/new-table.ts'
import { checkRequirements } from '../../src/catalog/requirements.ts'
import type { TableRequirement } from '../../src/catalog/table-update.ts'
import { BlotterError, type ErrorCode } from '../../src/errors.ts'
import { formatJson } from '../../src/lake/format/exact-json.ts'

const NOW = new Date('2026-11-23T06:00:00Z')
const wish = {
  table: 'a.b',
  schema: { type: 'struct' as const, fields: [{ id: 1, name: 'id', required: false, type: 'long' }] },
  properties: {},
}
const BIG = 9007199254740993n
const metadata = applyUpdates(
  undefined,
  [
    ...creation(wish, 'file:///lake/a/b'),
    { action: 'assign-uuid', uuid: 'aaaaaaaa-2222-3333-4444-555555555555' },
    {
      action: 'add-snapshot',
      snapshot: {
        'snapshot-id': BIG,
        'sequence-number': 1,
        'timestamp-ms': NOW.getTime(),
        'manifest-list': 'x',
        summary: { operation: 'append' },
      },
    },
    { action: 'set-snapshot-ref', 'ref-name': 'main', type: 'branch', 'snapshot-id': BIG },
  ],
  NOW,
)

const holds: TableRequirement[] = [
  { type: 'assert-table-uuid', uuid: 'AAAAAAAA-2222-3333-4444-555555555555' },
  { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': BIG },
  { type: 'assert-ref-snapshot-id', ref: 'none', 'snapshot-id': null },
  { type: 'assert-ref-snapshot-id', ref: 'constructor' },
  { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 1 },
  { type: 'assert-current-schema-id', 'current-schema-id': 0 },
  { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 999 },
  { type: 'assert-default-spec-id', 'default-spec-id': 0 },
  { type: 'assert-default-sort-order-id', 'default-sort-order-id': 0 },
]

const broken: TableRequirement[] = [
  { type: 'assert-create' },
  { type: 'assert-table-uuid', uuid: 'bbbbbbbb-2222-3333-4444-555555555555' },
  { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': BIG + 1n },
  { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': Number(BIG) },
  { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
  { type: 'assert-ref-snapshot-id', ref: 'none', 'snapshot-id': 1 },
  { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 2 },
  { type: 'assert-current-schema-id', 'current-schema-id': 1 },
  { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 1000 },
  { type: 'assert-default-spec-id', 'default-spec-id': 1 },
  { type: 'assert-default-sort-order-id', 'default-sort-order-id': 1 },
]

const code = (expected: ErrorCode) => (error: unknown) => error instanceof BlotterError && error.code === expected

test('a commit whose every requirement holds may go on', () => {
  checkRequirements('a.b', metadata, holds)
  checkRequirements('a.b', metadata, [])
  checkRequirements('a.b', undefined, [
    { type: 'assert-create' },
    { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null },
  ])
})

for (const requirement of broken) {
  test(`${formatJson(requirement)} does not hold, whatever else does`, () => {
    assert.throws(() => checkRequirements('a.b', metadata, [...holds, requirement]), code('commit_conflict'))
  })
}

test('a table that is not there is missing, unless it is to be made', () => {
  assert.throws(() => checkRequirements('a.b', undefined, holds), code('table_missing'))
  assert.throws(() => checkRequirements('a.b', undefined, []), code('table_missing'))
  assert.throws(() => checkRequirements('a.b', undefined, [{ type: 'assert-create' }, ...holds]), code('commit_conflict'))
})
