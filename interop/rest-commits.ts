import { add, commit, flat, HUGE, put, require, snapshots, step, type Step, T, update, type World } from './rest-steps.ts'

/** Snapshots, requirements, transactions and names of tables; they go on from the table `t` that was made before. */
export const commits: Step[] = [
  snapshots('a first snapshot on main', add(HUGE, 1), put('main', HUGE)),
  snapshots('the same snapshot again', add(HUGE, 2, HUGE)),
  snapshots('a snapshot that comes too late', add(5, 1, HUGE)),
  snapshots('a second snapshot on main', add(HUGE + 2n, 2, HUGE), put('main', HUGE + 2n)),
  snapshots(
    'a snapshot on a branch',
    add(7, 3, HUGE + 2n),
    put('dev', 7, 'branch', { 'min-snapshots-to-keep': 3, 'max-snapshot-age-ms': 1000, 'max-ref-age-ms': 2000 }),
  ),
  update('a tag', put('v1', HUGE, 'tag', { 'max-ref-age-ms': 5000 })),
  update('a tag with a branch’s limits', put('v2', HUGE, 'tag', { 'min-snapshots-to-keep': 5 })),
  update('a branch on a snapshot that is not there', put('x', 4711)),
  step('load only the named snapshots', 'GET', `${T}?snapshots=refs`),
  step('statistics', 'POST', T, ({ metadata }: World) => {
    const told = {
      'snapshot-id': 7,
      'statistics-path': `${metadata?.location}/metadata/7.puffin`,
      'file-size-in-bytes': 1,
      'file-footer-size-in-bytes': 1,
      'blob-metadata': [],
    }
    return commit([{ action: 'set-statistics', 'snapshot-id': 7, statistics: told }])
  }),
  update('main goes back', put('main', HUGE)),
  update('remove a snapshot that a branch is on', { action: 'remove-snapshots', 'snapshot-ids': [7] }),
  update('remove a tag', { action: 'remove-snapshot-ref', 'ref-name': 'v1' }),
  update('remove a tag that is not there', { action: 'remove-snapshot-ref', 'ref-name': 'v1' }),

  require('main as it is', { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': HUGE }),
  require('main as it is not', { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': 1 }),
  require('main as if there were none', { type: 'assert-ref-snapshot-id', ref: 'main', 'snapshot-id': null }),
  require('a branch that is not there', { type: 'assert-ref-snapshot-id', ref: 'none', 'snapshot-id': 1 }),
  require('another table', { type: 'assert-table-uuid', uuid: '11111111-2222-3333-4444-555555555555' }),
  require('a table that is to be made', { type: 'assert-create' }),
  require('another schema', { type: 'assert-current-schema-id', 'current-schema-id': 9 }),
  require('another last column', { type: 'assert-last-assigned-field-id', 'last-assigned-field-id': 99 }),
  require('another last partition field', { type: 'assert-last-assigned-partition-id', 'last-assigned-partition-id': 99 }),
  require('another spec', { type: 'assert-default-spec-id', 'default-spec-id': 9 }),
  require('another sort order', { type: 'assert-default-sort-order-id', 'default-sort-order-id': 9 }),
  require('what nobody knows', { type: 'assert-luck' }),
  step('load it after all that', 'GET', T),

  step('another table', 'POST', '/namespaces/n/tables', { name: 'u', schema: flat }),
  step('a transaction of which one part fails', 'POST', '/transactions/commit', {
    'table-changes': ['t', 'u'].map((name) => ({
      identifier: { namespace: ['n'], name },
      requirements: name === 'u' ? [{ type: 'assert-current-schema-id', 'current-schema-id': 9 }] : [],
      updates: [{ action: 'set-properties', updates: { both: 'x' } }],
    })),
  }),
  step('after it nothing is changed', 'GET', T),
  step('a transaction', 'POST', '/transactions/commit', {
    'table-changes': ['t', 'u'].map((name) => ({
      identifier: { namespace: ['n'], name },
      requirements: [],
      updates: [{ action: 'set-properties', updates: { both: 'x' } }],
    })),
  }),
  step('after it both are changed', 'GET', '/namespaces/n/tables/u'),
  step('rename to a name that is taken', 'POST', '/tables/rename', {
    source: { namespace: ['n'], name: 'u' },
    destination: { namespace: ['n'], name: 't' },
  }),
  step('rename', 'POST', '/tables/rename', {
    source: { namespace: ['n'], name: 'u' },
    destination: { namespace: ['n'], name: 'w' },
  }),
  step('rename what is not there', 'POST', '/tables/rename', {
    source: { namespace: ['n'], name: 'u' },
    destination: { namespace: ['n'], name: 'y' },
  }),
  step('the renamed table', 'GET', '/namespaces/n/tables/w'),
  step('a report of metrics', 'POST', `${T}/metrics`, {
    'report-type': 'commit-report',
    'table-name': 't',
    'snapshot-id': 1,
    'sequence-number': 1,
    operation: 'append',
    metrics: {},
  }),
  step('drop and purge', 'DELETE', `${T}?purgeRequested=true`),
  step('drop', 'DELETE', '/namespaces/n/tables/w'),
  step('register what was dropped', 'POST', '/namespaces/n/register', (world: World) => ({
    name: 'back',
    'metadata-location': registered(world),
  })),
  step('a page of tables', 'GET', '/namespaces/n/tables?pageToken=&pageSize=5'),
  step('a namespace within', 'POST', '/namespaces', { namespace: ['m', 'inner'] }),
  step('top namespaces', 'GET', '/namespaces'),
  step('namespaces within', 'GET', '/namespaces?parent=m'),
  step('namespaces within one that is not there', 'GET', '/namespaces?parent=nowhere'),
  step('a view that is not there', 'GET', '/namespaces/n/views/v'),
  step('no views', 'GET', '/namespaces/n/views'),
  step('a last table', 'POST', '/namespaces/n/tables', { name: 'u', schema: flat }),
  step('rename into a namespace that is not there', 'POST', '/tables/rename', {
    source: { namespace: ['n'], name: 'u' },
    destination: { namespace: ['none'], name: 'x' },
  }),
]

function registered({ metadata }: World): string {
  return `${metadata?.location ?? ''}/metadata/none.metadata.json`
}
