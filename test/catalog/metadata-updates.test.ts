import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyUpdates } from '../../src/catalog/metadata-updates.ts'
import { creation } from '../../src/catalog/new-table.ts'
import type { SchemaText, TableUpdate } from '../../src/catalog/table-update.ts'
import { BlotterError } from '../../src/errors.ts'
import { formatJson, type Integer, parseJson } from '../../src/lake/format/exact-json.ts'
import { parseMetadata, type TableMetadata } from '../../src/lake/format/metadata.ts'

const NOW = new Date('2026-11-23T06:00:00Z')
const UUID = '11111111-2222-3333-4444-555555555555'
const HUGE = 9007199254740993n

const schema: SchemaText = {
  type: 'struct',
  fields: [
    { id: 7, name: 'id', required: true, type: 'long' },
    {
      id: 9,
      name: 'place',
      required: false,
      type: { type: 'struct', fields: [{ id: 1, name: 'x', required: false, type: 'double' }] },
    },
    { id: 3, name: 'at', required: false, type: 'timestamp' },
  ],
}

const made = (updates: TableUpdate[] = []): TableMetadata =>
  applyUpdates(
    undefined,
    [...creation({ table: 'a.b', schema, properties: { k: 'v' } }, 'file:///lake/a/b'), ...updates],
    NOW,
  )

const snapshot = (id: Integer, sequence: number, options: { at?: number; parent?: Integer } = {}): TableUpdate => ({
  action: 'add-snapshot',
  snapshot: {
    'snapshot-id': id,
    ...(options.parent === undefined ? {} : { 'parent-snapshot-id': options.parent }),
    'sequence-number': sequence,
    'timestamp-ms': options.at ?? NOW.getTime(),
    'manifest-list': `file:///lake/a/b/metadata/${id}.avro`,
    summary: { operation: 'append' },
  },
})
const onMain = (id: Integer): TableUpdate => ({
  action: 'set-snapshot-ref',
  'ref-name': 'main',
  type: 'branch',
  'snapshot-id': id,
})
const refusal = (words: RegExp) => (error: unknown) =>
  error instanceof BlotterError && error.code === 'commit_refused' && words.test(error.message)
const refuses = (words: RegExp, updates: TableUpdate[], base: TableMetadata | undefined = made()): void =>
  assert.throws(() => applyUpdates(base, updates, NOW), refusal(words), words.source)

test('a new table has ids from 1 on, outer columns first, and what is parted and sorted by follows them', () => {
  const wish = {
    table: 'a.b',
    schema: { ...schema, 'identifier-field-ids': [7] },
    spec: { fields: [{ 'source-id': 3, name: 'at_day', transform: 'day' }] },
    order: {
      fields: [{ 'source-id': 7, transform: 'identity', direction: 'asc' as const, 'null-order': 'nulls-first' as const }],
    },
    properties: {},
  }
  const metadata = applyUpdates(undefined, creation(wish, 'file:///lake/a/b/'), NOW)
  assert.deepEqual(
    metadata.schemas[0]!.fields.map(({ id, name }) => [id, name]),
    [
      [1, 'id'],
      [2, 'place'],
      [3, 'at'],
    ],
  )
  assert.equal(metadata['last-column-id'], 4)
  assert.deepEqual(metadata['partition-specs'], [
    { 'spec-id': 0, fields: [{ 'source-id': 3, 'field-id': 1000, name: 'at_day', transform: 'day' }] },
  ])
  assert.equal(metadata['last-partition-id'], 1000)
  assert.equal(metadata['default-sort-order-id'], 1)
  assert.deepEqual((metadata.schemas[0] as unknown as SchemaText)['identifier-field-ids'], [1])
  assert.equal(metadata.location, 'file:///lake/a/b')
  assert.match(metadata['table-uuid'], /^[0-9a-f-]{36}$/)
  parseMetadata('x.metadata.json', Buffer.from(formatJson(metadata)))
})

test('-1 stands for what was added last, and the same schema, spec or order is not added twice', () => {
  const base = made()
  const first = base.schemas[0] as unknown as SchemaText
  const wider = { ...schema, fields: [...first.fields, { id: 5, name: 'more', required: false, type: 'decimal(10, 2)' }] }
  const add: TableUpdate[] = [
    { action: 'add-schema', schema: wider },
    { action: 'set-current-schema', 'schema-id': -1 },
  ]
  const next = applyUpdates(base, add, NOW)
  assert.deepEqual([next['current-schema-id'], next['last-column-id'], next.schemas.length], [1, 5, 2])
  assert.equal(applyUpdates(next, add, NOW).schemas.length, 2)
  const back: TableUpdate[] = [
    { action: 'add-schema', schema: first },
    { action: 'set-current-schema', 'schema-id': -1 },
  ]
  assert.equal(applyUpdates(next, back, NOW)['current-schema-id'], 0)
  refuses(/none was added/, [{ action: 'set-default-spec', 'spec-id': -1 }])
  refuses(/no schema 9/, [{ action: 'set-current-schema', 'schema-id': 9 }])
})

test('a partition field keeps its id over all specs, and gets a new one where it is new', () => {
  const day = { 'source-id': 4, name: 'at_day', transform: 'day' }
  const bucket = { 'source-id': 1, name: 'id_bucket', transform: 'bucket[4]' }
  const base = made()
  const at = (base.schemas[0] as unknown as SchemaText).fields.find((field) => field.name === 'at')!.id
  const spec = (...fields: { 'source-id': number; name: string; transform: string }[]): TableUpdate => ({
    action: 'add-spec',
    spec: { fields },
  })
  const byDay = { ...day, 'source-id': at }
  const next = applyUpdates(base, [spec(byDay), spec(bucket, byDay), spec(byDay)], NOW)
  const ids = next['partition-specs'].map((one) => one.fields.map((field) => field['field-id']))
  assert.deepEqual(ids, [[], [1000], [1001, 1000]])
  assert.equal(next['last-partition-id'], 1001)
})

test('partitions that no reader could use are refused', () => {
  const spec = (...fields: { 'source-id': number; name: string; transform: string }[]): TableUpdate[] => [
    { action: 'add-spec', spec: { fields } },
  ]
  refuses(/does not exist/, spec({ 'source-id': 77, name: 'x', transform: 'day' }))
  refuses(/does not know/, spec({ 'source-id': 3, name: 'x', transform: 'week' }))
  refuses(/no single value/, spec({ 'source-id': 2, name: 'x', transform: 'identity' }))
  refuses(/name of a column/, spec({ 'source-id': 3, name: 'id', transform: 'day' }))
  refuses(
    /two partition fields/,
    spec({ 'source-id': 3, name: 'x', transform: 'day' }, { 'source-id': 1, name: 'x', transform: 'bucket[2]' }),
  )
  refuses(
    /parts by what/,
    spec({ 'source-id': 3, name: 'x', transform: 'day' }, { 'source-id': 3, name: 'y', transform: 'month' }),
  )
})

test('snapshots keep their 63 bits, and main’s is the current one, noted in the log', () => {
  const metadata = applyUpdates(made(), [snapshot(HUGE, 1), onMain(HUGE)], NOW)
  assert.equal(metadata['current-snapshot-id'], HUGE)
  assert.deepEqual(metadata['snapshot-log'], [{ 'snapshot-id': HUGE, 'timestamp-ms': NOW.getTime() }])
  assert.equal(metadata['last-sequence-number'], 1)
  assert.equal(metadata['schemas'].length, 1)
  assert.equal((parseJson(formatJson(metadata)) as TableMetadata)['current-snapshot-id'], HUGE)
})

test('what main went through within one commit is not in its log', () => {
  const base = applyUpdates(made(), [snapshot(1, 1), onMain(1)], NOW)
  const next = applyUpdates(base, [snapshot(2, 2, { parent: 1 }), onMain(2), snapshot(3, 3, { parent: 2 }), onMain(3)], NOW)
  assert.deepEqual(
    next['snapshot-log'].map((entry) => entry['snapshot-id']),
    [1, 3],
  )
  const back = applyUpdates(next, [onMain(1)], new Date(NOW.getTime() + 5))
  assert.deepEqual(
    back['snapshot-log'].map((entry) => entry['snapshot-id']),
    [1, 3, 1],
  )
})

test('snapshots that cannot follow are refused', () => {
  const base = applyUpdates(made(), [snapshot(1, 5), onMain(1)], NOW)
  refuses(/already/, [snapshot(1, 6)], base)
  const late = (error: unknown): boolean =>
    error instanceof BlotterError && error.code === 'commit_conflict' && /not higher than 5/.test(error.message)
  assert.throws(() => applyUpdates(base, [snapshot(2, 5, { parent: 1 })], NOW), late, 'who asks may try again')
  refuses(/before the one/, [snapshot(2, 6, { parent: 1, at: NOW.getTime() - 61_000 })], base)
  refuses(/does not exist/, [onMain(2)], base)
  assert.ok(applyUpdates(base, [snapshot(2, 6, { parent: 1, at: NOW.getTime() - 59_000 }), onMain(2)], NOW))
})

test('branches and tags take the limits that are theirs', () => {
  const base = applyUpdates(made(), [snapshot(1, 1), onMain(1)], NOW)
  const ref = (name: string, more: Record<string, unknown>): TableUpdate[] => [
    { action: 'set-snapshot-ref', 'ref-name': name, 'snapshot-id': 1, type: 'tag', ...more } as TableUpdate,
  ]
  const tagged = applyUpdates(base, ref('v1', { 'max-ref-age-ms': 5 }), NOW)
  assert.deepEqual(tagged.refs['v1'], { 'snapshot-id': 1, type: 'tag', 'max-ref-age-ms': 5 })
  refuses(/is a tag/, ref('v1', { 'min-snapshots-to-keep': 5 }), base)
  refuses(/not above zero/, ref('b', { type: 'branch', 'min-snapshots-to-keep': 0 }), base)
  refuses(/main is a branch/, ref('main', {}), base)
  refuses(/does not age/, ref('main', { type: 'branch', 'max-ref-age-ms': 5 }), base)
  assert.deepEqual(Object.keys(applyUpdates(tagged, [{ action: 'remove-snapshot-ref', 'ref-name': 'v1' }], NOW).refs), [
    'main',
  ])
  const proto = applyUpdates(base, ref('__proto__', {}), NOW)
  assert.ok(Object.hasOwn(proto.refs, '__proto__'))
})

test('removed snapshots take their references, statistics and what the log told before them along', () => {
  const statistics = (id: number): TableUpdate => ({
    action: 'set-statistics',
    statistics: { 'snapshot-id': id, 'statistics-path': `file:///lake/${id}.puffin`, 'file-size-in-bytes': 1 },
  })
  const base = applyUpdates(
    made(),
    [1, 2, 3].flatMap((id) => [snapshot(id, id, { parent: id - 1 }), onMain(id)]),
    NOW,
  )
  const full = applyUpdates(
    base,
    [statistics(2), statistics(3), { ...onMain(2), 'ref-name': 'old', type: 'tag' } as TableUpdate],
    NOW,
  )
  const next = applyUpdates(full, [{ action: 'remove-snapshots', 'snapshot-ids': [2, 99] }], NOW)
  assert.deepEqual(
    next.snapshots.map((one) => one['snapshot-id']),
    [1, 3],
  )
  assert.deepEqual(Object.keys(next.refs), ['main'])
  assert.deepEqual(
    (next['statistics'] as { 'snapshot-id': number }[]).map((one) => one['snapshot-id']),
    [3],
  )
  const none = applyUpdates(full, [{ action: 'remove-snapshots', 'snapshot-ids': [3] }], NOW)
  assert.equal(none['current-snapshot-id'], -1)
  assert.deepEqual([Object.keys(none.refs), none['snapshot-log']], [['old'], []])
})

test('current schema and default spec cannot be removed, others can', () => {
  const base = made()
  refuses(/current schema/, [{ action: 'remove-schemas', 'schema-ids': [0] }])
  refuses(/default partition spec/, [{ action: 'remove-partition-specs', 'spec-ids': [0] }])
  const more = applyUpdates(
    base,
    [{ action: 'add-spec', spec: { fields: [{ 'source-id': 1, name: 'b', transform: 'bucket[2]' }] } }],
    NOW,
  )
  assert.deepEqual(
    applyUpdates(more, [{ action: 'remove-partition-specs', 'spec-ids': [1] }], NOW)['partition-specs'].length,
    1,
  )
})

test('versions other than 2, types of version 3 and properties that are fields are refused', () => {
  refuses(/version 3/, [{ action: 'upgrade-format-version', 'format-version': 3 }])
  refuses(/version 1/, [{ action: 'upgrade-format-version', 'format-version': 1 }])
  refuses(/version 3/, [{ action: 'set-properties', updates: { 'format-version': '3' } }])
  refuses(/not a property/, [{ action: 'set-properties', updates: { 'current-snapshot-id': '3' } }])
  const of = (type: string): TableUpdate[] => [
    { action: 'add-schema', schema: { type: 'struct', fields: [{ id: 1, name: 'a', required: false, type }] } },
  ]
  for (const type of ['variant', 'timestamp_ns', 'geometry(srid:4326)']) refuses(/format version 3/, of(type))
  for (const type of ['money', 'decimal', 'fixed[x]', '']) refuses(/does not know/, of(type))
  const version = applyUpdates(made(), [{ action: 'set-properties', updates: { 'format-version': '2', a: 'b' } }], NOW)
  assert.deepEqual(version.properties, { k: 'v', a: 'b' })
})

test('schemas whose columns cannot be told apart are refused', () => {
  const twice = (...fields: [number, string][]): TableUpdate[] => [
    {
      action: 'add-schema',
      schema: { type: 'struct', fields: fields.map(([id, name]) => ({ id, name, required: false, type: 'long' })) },
    },
  ]
  refuses(/two columns/, twice([1, 'a'], [1, 'b']))
  refuses(/two columns a/, twice([1, 'a'], [2, 'a']))
  refuses(/no name/, twice([1, '']))
  refuses(/identifier field 3/, [{ action: 'add-schema', schema: { ...schema, 'identifier-field-ids': [3] } }])
})

test('a table keeps its UUID, and a partitioned one the column that it is partitioned by', () => {
  assert.equal(made([{ action: 'assign-uuid', uuid: UUID }])['table-uuid'], UUID)
  refuses(/has the UUID/, [{ action: 'assign-uuid', uuid: UUID }])
  assert.ok(
    applyUpdates(made([{ action: 'assign-uuid', uuid: UUID }]), [{ action: 'assign-uuid', uuid: UUID.toUpperCase() }], NOW),
  )
  const byDay = { fields: [{ 'source-id': 3, name: 'd', transform: 'day' }] }
  const parted = made([
    { action: 'add-spec', spec: byDay },
    { action: 'set-default-spec', 'spec-id': -1 },
  ])
  const narrow: SchemaText = { type: 'struct', fields: [{ id: 1, name: 'id', required: true, type: 'long' }] }
  refuses(
    /partitioned by d/,
    [
      { action: 'add-schema', schema: narrow },
      { action: 'set-current-schema', 'schema-id': -1 },
    ],
    parted,
  )
})

test('what makes no whole table is refused', () => {
  assert.throws(() => applyUpdates(undefined, [], NOW), refusal(/no current schema/))
  refuses(/no location/, [{ action: 'set-location', location: '/' }])
})

/** Any order of commits to branches leaves what the specification promises of metadata. */
test('whatever branches do, references name snapshots, main is current, and times and sequence numbers grow', () => {
  const step = fc.record({
    what: fc.constantFrom('append', 'branch', 'drop', 'rollback', 'expire'),
    ref: fc.constantFrom('main', 'a', 'b'),
    pick: fc.nat(20),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let metadata = made()
      let next = HUGE
      let at = NOW.getTime()
      for (const { what, ref, pick } of steps) {
        const known = metadata.snapshots
        const picked = known[pick % Math.max(1, known.length)]?.['snapshot-id']
        const type = 'branch'
        const updates: TableUpdate[] = []
        at += 10
        if (what === 'append') {
          next += 1n
          const parent = metadata.refs[ref]?.['snapshot-id']
          updates.push(
            snapshot(next, metadata['last-sequence-number'] + 1, { at, ...(parent === undefined ? {} : { parent }) }),
          )
          updates.push({ action: 'set-snapshot-ref', 'ref-name': ref, type, 'snapshot-id': next })
        } else if (what === 'drop') updates.push({ action: 'remove-snapshot-ref', 'ref-name': ref })
        else if (what === 'expire' && picked !== undefined)
          updates.push({ action: 'remove-snapshots', 'snapshot-ids': [picked] })
        else if (picked !== undefined)
          updates.push({ action: 'set-snapshot-ref', 'ref-name': ref, type, 'snapshot-id': picked })
        const before = formatJson(metadata)
        const after = applyUpdates(metadata, updates, new Date(at))
        assert.equal(formatJson(metadata), before, 'the metadata that was given is not touched')
        metadata = after
        const ids = new Set(metadata.snapshots.map((one) => one['snapshot-id']))
        for (const reference of Object.values(metadata.refs)) assert.ok(ids.has(reference['snapshot-id']))
        assert.equal(metadata.refs['main']?.['snapshot-id'] ?? -1, metadata['current-snapshot-id'])
        for (const entry of metadata['snapshot-log']) assert.ok(ids.has(entry['snapshot-id']))
        const times = metadata['snapshot-log'].map((entry) => entry['timestamp-ms'])
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
        const sequences = metadata.snapshots.map((one) => one['sequence-number'])
        assert.ok(sequences.every((one, i) => i === 0 || one > sequences[i - 1]!))
        assert.ok(metadata['last-sequence-number'] >= Math.max(0, ...sequences))
      }
    }),
    { numRuns: 200 },
  )
})
