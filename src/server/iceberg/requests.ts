import { z } from 'zod'
import type { FieldText, SchemaText, TableRequirement, TableUpdate, TypeText } from '../../catalog/table-update.ts'
import { BlotterError } from '../../errors.ts'
import { exactInteger, type Integer } from '../../lake/format/exact-json.ts'

/** Bodies of requests, as the OpenAPI document of the Iceberg REST catalog has them; what it does not know is left out. */
const id: z.ZodType<Integer> = z.union([
  z.int(),
  z
    .bigint()
    .min(-(2n ** 63n))
    .max(2n ** 63n - 1n)
    .transform(exactInteger),
])
const text = z.string().max(100_000)
const texts = z.record(z.string(), text)
const names = z.array(z.string())

const type: z.ZodType<TypeText> = z.lazy(() =>
  z.union([
    z.string(),
    z.object({ type: z.literal('struct'), fields: z.array(field) }),
    z.object({ type: z.literal('list'), 'element-id': z.int(), 'element-required': z.boolean(), element: type }),
    z.object({
      type: z.literal('map'),
      'key-id': z.int(),
      key: type,
      'value-id': z.int(),
      'value-required': z.boolean(),
      value: type,
    }),
  ]),
)

const absent = z
  .null('default values are of format version 3; this lake is of version 2')
  .optional()
  .transform(() => undefined)

const field: z.ZodType<FieldText> = z
  .object({
    id: z.int(),
    name: text,
    required: z.boolean(),
    type,
    doc: text.optional(),
    'initial-default': absent,
    'write-default': absent,
  })
  .transform(({ 'initial-default': _, 'write-default': __, doc, ...rest }) => (doc === undefined ? rest : { ...rest, doc }))

const schema: z.ZodType<SchemaText> = z.object({
  type: z.literal('struct'),
  'schema-id': z.int().optional(),
  'identifier-field-ids': z.array(z.int()).optional(),
  fields: z.array(field),
})

const spec = z.object({
  'spec-id': z.int().optional(),
  fields: z.array(z.object({ 'source-id': z.int(), 'field-id': z.int().optional(), name: text, transform: text })),
})

const order = z.object({
  'order-id': z.int().optional(),
  fields: z.array(
    z.object({
      transform: text,
      'source-id': z.int(),
      direction: z.enum(['asc', 'desc']),
      'null-order': z.enum(['nulls-first', 'nulls-last']),
    }),
  ),
})

const snapshot = z.object({
  'snapshot-id': id,
  'parent-snapshot-id': id.optional(),
  'sequence-number': z.int().min(0),
  'timestamp-ms': z.int().min(0),
  'manifest-list': text,
  'schema-id': z.int().optional(),
  summary: texts,
})

const reference = {
  'snapshot-id': id,
  type: z.enum(['branch', 'tag']),
  'min-snapshots-to-keep': z.int().optional(),
  'max-snapshot-age-ms': id.optional(),
  'max-ref-age-ms': id.optional(),
}

const statistics = z.looseObject({ 'snapshot-id': id, 'statistics-path': text, 'file-size-in-bytes': id })
const action = <A extends string, S extends z.ZodRawShape>(name: A, shape: S) =>
  z.object({ action: z.literal(name), ...shape })

const update: z.ZodType<TableUpdate> = z.discriminatedUnion('action', [
  action('assign-uuid', { uuid: z.guid() }),
  action('upgrade-format-version', { 'format-version': z.int() }),
  // Its last-column-id is deprecated: Java's Iceberg sends one that is lower than ids which dropped columns had.
  action('add-schema', { schema }),
  action('set-current-schema', { 'schema-id': z.int() }),
  action('remove-schemas', { 'schema-ids': z.array(z.int()) }),
  action('add-spec', { spec }),
  action('set-default-spec', { 'spec-id': z.int() }),
  action('remove-partition-specs', { 'spec-ids': z.array(z.int()) }),
  action('add-sort-order', { 'sort-order': order }),
  action('set-default-sort-order', { 'sort-order-id': z.int() }),
  action('add-snapshot', { snapshot }),
  action('set-snapshot-ref', { 'ref-name': text, ...reference }),
  action('remove-snapshot-ref', { 'ref-name': text }),
  action('remove-snapshots', { 'snapshot-ids': z.array(id) }),
  action('set-location', { location: text }),
  action('set-properties', { updates: texts }),
  action('remove-properties', { removals: names }),
  action('set-statistics', { statistics }),
  action('remove-statistics', { 'snapshot-id': id }),
  action('set-partition-statistics', { 'partition-statistics': statistics }),
  action('remove-partition-statistics', { 'snapshot-id': id }),
])

const assertion = <T extends string, S extends z.ZodRawShape>(name: T, shape: S) =>
  z.object({ type: z.literal(name), ...shape })

const requirement: z.ZodType<TableRequirement> = z.discriminatedUnion('type', [
  assertion('assert-create', {}),
  assertion('assert-table-uuid', { uuid: z.string() }),
  assertion('assert-ref-snapshot-id', { ref: text, 'snapshot-id': id.nullish() }),
  assertion('assert-last-assigned-field-id', { 'last-assigned-field-id': z.int() }),
  assertion('assert-current-schema-id', { 'current-schema-id': z.int() }),
  assertion('assert-last-assigned-partition-id', { 'last-assigned-partition-id': z.int() }),
  assertion('assert-default-spec-id', { 'default-spec-id': z.int() }),
  assertion('assert-default-sort-order-id', { 'default-sort-order-id': z.int() }),
])

const identifier = z.object({ namespace: names, name: z.string() })

export const createNamespaceRequest = z.object({ namespace: names, properties: texts.default({}) })
export const updateNamespaceRequest = z.object({ removals: names.default([]), updates: texts.default({}) })

export const createTableRequest = z.object({
  name: z.string(),
  location: text.nullish(),
  schema,
  'partition-spec': spec.nullish(),
  'write-order': order.nullish(),
  'stage-create': z.boolean().nullish(),
  properties: texts.nullish(),
})

export const registerTableRequest = z.object({
  name: z.string(),
  'metadata-location': text,
  overwrite: z.boolean().default(false),
})
export const renameTableRequest = z.object({ source: identifier, destination: identifier })
export const commitTableRequest = z.object({
  identifier: identifier.optional(),
  requirements: z.array(requirement),
  updates: z.array(update),
})
export const commitTransactionRequest = z.object({ 'table-changes': z.array(commitTableRequest.extend({ identifier })) })

export const pageQuery = z.object({ pageToken: z.string().optional(), pageSize: z.coerce.number().int().min(1).optional() })

/** What was sent, checked. Throws `usage` saying what does not fit, and where. */
export function read<T extends z.ZodType>(shape: T, sent: unknown): z.output<T> {
  const result = shape.safeParse(sent)
  if (result.success) return result.data
  const what = z.prettifyError(result.error).replaceAll(/\s+/g, ' ').slice(0, 1000)
  throw new BlotterError('usage', `The request does not fit: ${what}. Nothing was changed.`, {
    todo: 'Send what the Iceberg REST catalog specification has.',
  })
}
