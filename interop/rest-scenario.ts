import { commits } from './rest-commits.ts'
import { commit, field, flat, order, schema, spec, step, type Step, T, update } from './rest-steps.ts'

/** All requests, in their order. */
export const scenario: Step[] = [
  step('no namespaces', 'GET', '/namespaces'),
  step('namespace that is not there', 'GET', '/namespaces/n'),
  step('namespace that is not there, by its head', 'HEAD', '/namespaces/n'),
  step('drop of a namespace that is not there', 'DELETE', '/namespaces/n'),
  step('create a namespace', 'POST', '/namespaces', {
    namespace: ['n'],
    properties: { owner: 'me', location: '/somewhere' },
  }),
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
  step('create a table of no type', 'POST', '/namespaces/n/tables', {
    name: 'bad',
    schema: { type: 'struct', fields: [field(1, 'a', 'money')] },
  }),
  step('create a table without a schema', 'POST', '/namespaces/n/tables', { name: 'bad' }),
  step('create a table parted by a column that it lacks', 'POST', '/namespaces/n/tables', {
    name: 'bad',
    schema: flat,
    'partition-spec': spec,
  }),
  step('stage a table', 'POST', '/namespaces/n/tables', {
    name: 'staged',
    schema,
    'stage-create': true,
    'partition-spec': spec,
    'write-order': order,
    properties: { a: 'b' },
  }),
  step('the staged table is nowhere', 'GET', '/namespaces/n/tables/staged'),
  step('create a table', 'POST', '/namespaces/n/tables', {
    name: 't',
    schema,
    'partition-spec': spec,
    'write-order': order,
    properties: { a: 'b' },
  }),
  step('create a table again', 'POST', '/namespaces/n/tables', { name: 't', schema }),
  step('load a table', 'GET', T),
  { ...step('load a table that is known', 'GET', T), headers: ({ etag = '' }) => ({ 'if-none-match': etag }) },
  step('the head of a table', 'HEAD', T),
  step('list tables', 'GET', '/namespaces/n/tables'),
  step('drop a namespace that holds a table', 'DELETE', '/namespaces/n'),

  update('set properties', { action: 'set-properties', updates: { c: 'd' } }),
  update('remove properties', { action: 'remove-properties', removals: ['c', 'none'] }),
  update('upgrade to the version that it has', { action: 'upgrade-format-version', 'format-version': 2 }),
  update('add a schema', {
    action: 'add-schema',
    schema: { type: 'struct', fields: [field(1, 'id', 'long'), field(4, 'at', 'timestamp'), field(9, 'new', 'string')] },
    'last-column-id': 9,
  }),
  update('add the same schema again', {
    action: 'add-schema',
    schema: { type: 'struct', fields: [field(1, 'id', 'long'), field(4, 'at', 'timestamp'), field(9, 'new', 'string')] },
  }),
  update('make it the current one', { action: 'set-current-schema', 'schema-id': 1 }),
  update('make one the current one that is not there', { action: 'set-current-schema', 'schema-id': 7 }),
  update(
    'add a schema and make the last one current',
    {
      action: 'add-schema',
      schema: {
        type: 'struct',
        fields: [field(1, 'id', 'long'), field(4, 'at', 'timestamp'), field(10, 'newer', 'double')],
      },
    },
    { action: 'set-current-schema', 'schema-id': -1 },
  ),
  update('remove a schema', { action: 'remove-schemas', 'schema-ids': [1] }),
  update('remove the current schema', { action: 'remove-schemas', 'schema-ids': [2] }),
  update('add a partition spec', {
    action: 'add-spec',
    spec: { 'spec-id': 5, fields: [{ 'source-id': 1, 'field-id': 1001, name: 'id_bucket', transform: 'bucket[4]' }] },
  }),
  update('add it again', {
    action: 'add-spec',
    spec: { 'spec-id': 0, fields: [{ 'source-id': 1, 'field-id': 1001, name: 'id_bucket', transform: 'bucket[4]' }] },
  }),
  update('make it the default', { action: 'set-default-spec', 'spec-id': 1 }),
  update('part by a column that is not there', {
    action: 'add-spec',
    spec: { 'spec-id': 0, fields: [{ 'source-id': 77, name: 'x', transform: 'day' }] },
  }),
  update('remove the default spec', { action: 'remove-partition-specs', 'spec-ids': [1] }),
  update(
    'add a sort order',
    {
      action: 'add-sort-order',
      'sort-order': {
        'order-id': 9,
        fields: [{ 'source-id': 10, transform: 'identity', direction: 'desc', 'null-order': 'nulls-last' }],
      },
    },
    { action: 'set-default-sort-order', 'sort-order-id': -1 },
  ),
  update(
    'sort by nothing',
    { action: 'add-sort-order', 'sort-order': { 'order-id': 0, fields: [] } },
    { action: 'set-default-sort-order', 'sort-order-id': 0 },
  ),
  update('an update that nobody knows', { action: 'make-coffee' }),
  ...commits,
]

/** Where the answers differ on purpose, or Apache's server answers otherwise than its own specification has it. */
export const differences: Record<string, { theirs: number; ours: number; why: string }> = {
  'create a table in a namespace that is not there': {
    theirs: 200,
    ours: 404,
    why: 'the specification wants NoSuchNamespaceException',
  },
  'register what was dropped': { theirs: 404, ours: 400, why: 'the request names a file that is not there' },
  'a namespace within': { theirs: 200, ours: 200, why: 'its folder is m.inner, since m/inner is that of the table m.inner' },
  'top namespaces': { theirs: 200, ours: 200, why: 'Apache’s server has made one for the table above' },
  'rename into a namespace that is not there': {
    theirs: 204,
    ours: 404,
    why: 'the specification wants NoSuchNamespaceException',
  },
}
