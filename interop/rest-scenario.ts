import type { TableMetadata } from '../src/lake/metadata.ts'

/** What earlier answers of a side have told. */
export interface World {
  metadata?: TableMetadata
  etag?: string
}

type ManifestList = (id: number) => Promise<string>

/** A request that both sides are asked, in this order. */
export interface Step {
  name: string
  method: 'GET' | 'POST' | 'HEAD' | 'DELETE'
  path: string
  body?: unknown | ((world: World, list: ManifestList) => unknown)
  headers?: (world: World) => Record<string, string>
}

const T = '/namespaces/n/tables/t'
const field = (id: number, name: string, type: unknown): unknown => ({ id, name, required: false, type })
const nested = { type: 'list', 'element-id': 30, 'element-required': false, element: { type: 'struct', fields: [field(31, 'x', 'double')] } }
const map = { type: 'map', 'key-id': 40, key: 'string', 'value-id': 41, 'value-required': false, value: 'decimal(9, 2)' }
const schema = { type: 'struct', fields: [field(10, 'id', 'long'), field(20, 'list', nested), field(25, 'map', map), field(50, 'at', 'timestamp')] }
const flat = { type: 'struct', fields: [field(1, 'id', 'long')] }
const spec = { 'spec-id': 0, fields: [{ 'source-id': 50, name: 'at_day', transform: 'day' }] }
const order = { 'order-id': 1, fields: [{ 'source-id': 10, transform: 'identity', direction: 'asc', 'null-order': 'nulls-first' }] }
const commit = (updates: unknown[], requirements: unknown[] = []): unknown => ({ requirements, updates })
const HUGE = 9007199254740993n

const add = (id: number | bigint, sequence: number, parent?: number | bigint) => async (world: World, list: ManifestList): Promise<unknown[]> => [
  {
    action: 'add-snapshot',
    snapshot: {
      'snapshot-id': id,
      ...(parent === undefined ? {} : { 'parent-snapshot-id': parent }),
      'sequence-number': sequence,
      'timestamp-ms': world.metadata?.['last-updated-ms'] ?? 0,
      'manifest-list': await list(Number(BigInt(id) % 1000n)),
      'schema-id': 0,
      summary: { operation: 'append' },
    },
  },
]
const put = (ref: string, id: number | bigint, type = 'branch', more: object = {}): unknown => ({ action: 'set-snapshot-ref', 'ref-name': ref, type, 'snapshot-id': id, ...more })
const step = (name: string, method: Step['method'], path: string, body?: Step['body']): Step => ({ name, method, path, ...(body === undefined ? {} : { body }) })
const update = (name: string, ...updates: unknown[]): Step => step(name, 'POST', T, commit(updates))
const require = (name: string, requirement: unknown): Step => step(name, 'POST', T, commit([{ action: 'set-properties', updates: { met: name } }], [requirement]))
const snapshots = (name: string, made: ReturnType<typeof add>, ...then: unknown[]): Step =>
  step(name, 'POST', T, async (world: World, list: ManifestList) => commit([...(await made(world, list)), ...then]))

export const scenario: Step[] = [
  step('no namespaces', 'GET', '/namespaces'),
  step('namespace that is not there', 'GET', '/namespaces/n'),
  step('namespace that is not there, by its head', 'HEAD', '/namespaces/n'),
  step('drop of a namespace that is not there', 'DELETE', '/namespaces/n'),
  step('create a namespace', 'POST', '/namespaces', { namespace: ['n'], properties: { owner: 'me', location: '/somewhere' } }),
  step('create it again', 'POST', '/namespaces', { namespace: ['n'] }),
  step('its head', 'HEAD', '/namespaces/n'),
  step('its properties', 'GET', '/namespaces/n'),
  step('change its properties', 'POST', '/namespaces/n/properties', { removals: ['owner', 'none'], updates: { a: 'b' } }),
  step('set and remove one property', 'POST', '/namespaces/n/properties', { removals: ['a'], updates: { a: 'b' } }),
  step('no tables', 'GET', '/namespaces/n/tables'),
  step('tables of a namespace that is not there', 'GET', '/namespaces/none/tables'),
  step('table that is not there', 'GET', T),
  step('table that is not there, by its head', 'HEAD', T),
  step('drop of a table that is not there', 'DELETE', T),
  step('commit to a table that is not there', 'POST', T, commit([{ action: 'set-properties', updates: { a: 'b' } }])),
  step('create a table in a namespace that is not there', 'POST', '/namespaces/none/tables', { name: 't', schema: flat }),
  step('create a table of no type', 'POST', '/namespaces/n/tables', { name: 'bad', schema: { type: 'struct', fields: [field(1, 'a', 'money')] } }),
  step('create a table without a schema', 'POST', '/namespaces/n/tables', { name: 'bad' }),
  step('create a table parted by a column that it lacks', 'POST', '/namespaces/n/tables', { name: 'bad', schema: flat, 'partition-spec': spec }),
  step('stage a table', 'POST', '/namespaces/n/tables', { name: 'staged', schema, 'stage-create': true, 'partition-spec': spec, 'write-order': order, properties: { a: 'b' } }),
  step('the staged table is nowhere', 'GET', '/namespaces/n/tables/staged'),
  step('create a table', 'POST', '/namespaces/n/tables', { name: 't', schema, 'partition-spec': spec, 'write-order': order, properties: { a: 'b' } }),
  step('create a table again', 'POST', '/namespaces/n/tables', { name: 't', schema }),
  step('load a table', 'GET', T),
  { ...step('load a table that is known', 'GET', T), headers: ({ etag = '' }) => ({ 'if-none-match': etag }) },
  step('the head of a table', 'HEAD', T),
  step('list tables', 'GET', '/namespaces/n/tables'),
  step('drop a namespace that holds a table', 'DELETE', '/namespaces/n'),

  update('set properties', { action: 'set-properties', updates: { c: 'd' } }),
  update('remove properties', { action: 'remove-properties', removals: ['c', 'none'] }),
  update('upgrade to the version that it has', { action: 'upgrade-format-version', 'format-version': 2 }),
  update('add a schema', { action: 'add-schema', schema: { type: 'struct', fields: [field(1, 'id', 'long'), field(4, 'at', 'timestamp'), field(9, 'new', 'string')] }, 'last-column-id': 9 }),
  update('add the same schema again', { action: 'add-schema', schema: { type: 'struct', fields: [field(1, 'id', 'long'), field(4, 'at', 'timestamp'), field(9, 'new', 'string')] } }),
  update('make it the current one', { action: 'set-current-schema', 'schema-id': 1 }),
  update('make one the current one that is not there', { action: 'set-current-schema', 'schema-id': 7 }),
  update('add a schema and make the last one current', { action: 'add-schema', schema: { type: 'struct', fields: [field(1, 'id', 'long'), field(4, 'at', 'timestamp'), field(10, 'newer', 'double')] } }, { action: 'set-current-schema', 'schema-id': -1 }),
  update('remove a schema', { action: 'remove-schemas', 'schema-ids': [1] }),
  update('remove the current schema', { action: 'remove-schemas', 'schema-ids': [2] }),
  update('add a partition spec', { action: 'add-spec', spec: { 'spec-id': 5, fields: [{ 'source-id': 1, 'field-id': 1001, name: 'id_bucket', transform: 'bucket[4]' }] } }),
  update('add it again', { action: 'add-spec', spec: { 'spec-id': 0, fields: [{ 'source-id': 1, 'field-id': 1001, name: 'id_bucket', transform: 'bucket[4]' }] } }),
  update('make it the default', { action: 'set-default-spec', 'spec-id': 1 }),
  update('part by a column that is not there', { action: 'add-spec', spec: { 'spec-id': 0, fields: [{ 'source-id': 77, name: 'x', transform: 'day' }] } }),
  update('remove the default spec', { action: 'remove-partition-specs', 'spec-ids': [1] }),
  update('add a sort order', { action: 'add-sort-order', 'sort-order': { 'order-id': 9, fields: [{ 'source-id': 10, transform: 'identity', direction: 'desc', 'null-order': 'nulls-last' }] } }, { action: 'set-default-sort-order', 'sort-order-id': -1 }),
  update('sort by nothing', { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } }, { action: 'set-default-sort-order', 'sort-order-id': 0 }),
  update('an update that nobody knows', { action: 'make-coffee' }),

  snapshots('a first snapshot on main', add(HUGE, 1), put('main', HUGE)),
  snapshots('the same snapshot again', add(HUGE, 2, HUGE)),
  snapshots('a snapshot that comes too late', add(5, 1, HUGE)),
  snapshots('a second snapshot on main', add(HUGE + 2n, 2, HUGE), put('main', HUGE + 2n)),
  snapshots('a snapshot on a branch', add(7, 3, HUGE + 2n), put('dev', 7, 'branch', { 'min-snapshots-to-keep': 3, 'max-snapshot-age-ms': 1000, 'max-ref-age-ms': 2000 })),
  update('a tag', put('v1', HUGE, 'tag', { 'max-ref-age-ms': 5000 })),
  update('a tag with a branch’s limits', put('v2', HUGE, 'tag', { 'min-snapshots-to-keep': 5 })),
  update('a branch on a snapshot that is not there', put('x', 4711)),
  step('load only the named snapshots', 'GET', `${T}?snapshots=refs`),
  step('statistics', 'POST', T, ({ metadata }: World) => {
    const told = { 'snapshot-id': 7, 'statistics-path': `${metadata?.location}/metadata/7.puffin`, 'file-size-in-bytes': 1, 'file-footer-size-in-bytes': 1, 'blob-metadata': [] }
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
    'table-changes': ['t', 'u'].map(name => ({
      identifier: { namespace: ['n'], name },
      requirements: name === 'u' ? [{ type: 'assert-current-schema-id', 'current-schema-id': 9 }] : [],
      updates: [{ action: 'set-properties', updates: { both: 'x' } }],
    })),
  }),
  step('after it nothing is changed', 'GET', T),
  step('a transaction', 'POST', '/transactions/commit', {
    'table-changes': ['t', 'u'].map(name => ({ identifier: { namespace: ['n'], name }, requirements: [], updates: [{ action: 'set-properties', updates: { both: 'x' } }] })),
  }),
  step('after it both are changed', 'GET', '/namespaces/n/tables/u'),
  step('rename to a name that is taken', 'POST', '/tables/rename', { source: { namespace: ['n'], name: 'u' }, destination: { namespace: ['n'], name: 't' } }),
  step('rename', 'POST', '/tables/rename', { source: { namespace: ['n'], name: 'u' }, destination: { namespace: ['n'], name: 'w' } }),
  step('rename what is not there', 'POST', '/tables/rename', { source: { namespace: ['n'], name: 'u' }, destination: { namespace: ['n'], name: 'y' } }),
  step('the renamed table', 'GET', '/namespaces/n/tables/w'),
  step('a report of metrics', 'POST', `${T}/metrics`, { 'report-type': 'commit-report', 'table-name': 't', 'snapshot-id': 1, 'sequence-number': 1, operation: 'append', metrics: {} }),
  step('drop and purge', 'DELETE', `${T}?purgeRequested=true`),
  step('drop', 'DELETE', '/namespaces/n/tables/w'),
  step('register what was dropped', 'POST', '/namespaces/n/register', (world: World) => ({ name: 'back', 'metadata-location': registered(world) })),
  step('a page of tables', 'GET', '/namespaces/n/tables?pageToken=&pageSize=5'),
  step('a namespace within', 'POST', '/namespaces', { namespace: ['m', 'inner'] }),
  step('top namespaces', 'GET', '/namespaces'),
  step('namespaces within', 'GET', '/namespaces?parent=m'),
  step('namespaces within one that is not there', 'GET', '/namespaces?parent=nowhere'),
  step('a view that is not there', 'GET', '/namespaces/n/views/v'),
  step('no views', 'GET', '/namespaces/n/views'),
  step('a last table', 'POST', '/namespaces/n/tables', { name: 'u', schema: flat }),
  step('rename into a namespace that is not there', 'POST', '/tables/rename', { source: { namespace: ['n'], name: 'u' }, destination: { namespace: ['none'], name: 'x' } }),
]

function registered({ metadata }: World): string {
  return `${metadata?.location ?? ''}/metadata/none.metadata.json`
}

/** Where the answers differ on purpose, or Apache's server answers otherwise than its own specification has it. */
export const differences: Record<string, { theirs: number; ours: number; why: string }> = {
  'create a table in a namespace that is not there': { theirs: 200, ours: 404, why: 'the specification wants NoSuchNamespaceException' },
  'register what was dropped': { theirs: 404, ours: 400, why: 'the request names a file that is not there' },
  'a namespace within': { theirs: 200, ours: 200, why: 'its folder is m.inner, since m/inner is that of the table m.inner' },
  'top namespaces': { theirs: 200, ours: 200, why: 'Apache’s server has made one for the table above' },
  'rename into a namespace that is not there': { theirs: 204, ours: 404, why: 'the specification wants NoSuchNamespaceException' },
}
