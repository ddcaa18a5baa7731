import { formatJson } from '../lake/format/exact-json.ts'
import type { TableMetadata, TableSchema } from '../lake/format/metadata.ts'
import type { PartitionField, PartitionSpec } from '../lake/format/partition.ts'
import { fieldsOf, highestId } from './foreign-schema.ts'
import { changed, type MetadataDraft } from './metadata-draft.ts'
import { refused } from './refusal.ts'
import type { OrderText, SchemaText, SpecText, TableUpdate } from './table-update.ts'

type Update<Action extends TableUpdate['action']> = Extract<TableUpdate, { action: Action }>

const TRANSFORM = /^(?:identity|void|year|month|day|hour|bucket\[[1-9]\d{0,8}\]|truncate\[[1-9]\d{0,8}\])$/
const FIRST_PARTITION_ID = 1000
const LAST = -1

/** Adds a schema, or finds the one that is the same. */
export function addSchema(draft: MetadataDraft, { schema }: Update<'add-schema'>): MetadataDraft {
  const { metadata } = draft
  const highest = highestId(fieldsOf(schema))
  const known = metadata.schemas as unknown as SchemaText[]
  const same = known.find((one) => signature(one) === signature(schema))
  const id = same?.['schema-id'] ?? nextId(metadata.schemas.map((one) => one['schema-id']))
  const added = { ...schema, 'schema-id': id } as unknown as TableSchema
  const next = changed(draft, {
    schemas: same ? metadata.schemas : [...metadata.schemas, added],
    'last-column-id': Math.max(metadata['last-column-id'], highest),
  })
  return { ...next, lastSchema: id }
}

export function setCurrentSchema(draft: MetadataDraft, update: Update<'set-current-schema'>): MetadataDraft {
  const id = chosen('schema', update['schema-id'], draft.lastSchema)
  if (!draft.metadata.schemas.some((schema) => schema['schema-id'] === id))
    throw refused(`there is no schema ${id} to be the current one`)
  return changed(draft, { 'current-schema-id': id })
}

export function removeSchemas(draft: MetadataDraft, update: Update<'remove-schemas'>): MetadataDraft {
  const gone = new Set(update['schema-ids'])
  if (gone.has(draft.metadata['current-schema-id'])) throw refused('the current schema cannot be removed')
  return changed(draft, { schemas: draft.metadata.schemas.filter((schema) => !gone.has(schema['schema-id'])) })
}

/** Adds a partition spec, or finds the one that is the same; fields without an id get that of the same field elsewhere, or a new one. */
export function addSpec(draft: MetadataDraft, { spec }: Update<'add-spec'>): MetadataDraft {
  const { metadata } = draft
  checkSpec(metadata, spec)
  const shape = (one: SpecText): string =>
    formatJson(one.fields.map((field) => [field['source-id'], field.name, field.transform]))
  const same = metadata['partition-specs'].find((known) => shape(known) === shape(spec))
  if (same) return { ...draft, lastSpec: same['spec-id'] }
  const { fields, last } = numbered(metadata, spec)
  const added: PartitionSpec = { 'spec-id': nextId(metadata['partition-specs'].map((one) => one['spec-id'])), fields }
  const next = changed(draft, { 'partition-specs': [...metadata['partition-specs'], added], 'last-partition-id': last })
  return { ...next, lastSpec: added['spec-id'] }
}

export function setDefaultSpec(draft: MetadataDraft, update: Update<'set-default-spec'>): MetadataDraft {
  const id = chosen('partition spec', update['spec-id'], draft.lastSpec)
  if (!draft.metadata['partition-specs'].some((spec) => spec['spec-id'] === id))
    throw refused(`there is no partition spec ${id} to be the default`)
  return changed(draft, { 'default-spec-id': id })
}

export function removeSpecs(draft: MetadataDraft, update: Update<'remove-partition-specs'>): MetadataDraft {
  const gone = new Set(update['spec-ids'])
  if (gone.has(draft.metadata['default-spec-id'])) throw refused('the default partition spec cannot be removed')
  return changed(draft, {
    'partition-specs': draft.metadata['partition-specs'].filter((spec) => !gone.has(spec['spec-id'])),
  })
}

/** Adds a sort order, or finds the one that is the same; the order of nothing has the id 0 (Iceberg specification, Sorting). */
export function addSortOrder(draft: MetadataDraft, { 'sort-order': order }: Update<'add-sort-order'>): MetadataDraft {
  const { metadata } = draft
  checkOrder(metadata, order)
  const known = metadata['sort-orders']
  const same = known.find((one) => formatJson(one.fields) === formatJson(order.fields))
  if (same) return { ...draft, lastOrder: same['order-id'] }
  const id = order.fields.length === 0 ? 0 : Math.max(1, nextId(known.map((one) => one['order-id'])))
  const next = changed(draft, { 'sort-orders': [...known, { 'order-id': id, fields: order.fields }] })
  return { ...next, lastOrder: id }
}

export function setDefaultSortOrder(draft: MetadataDraft, update: Update<'set-default-sort-order'>): MetadataDraft {
  const id = chosen('sort order', update['sort-order-id'], draft.lastOrder)
  if (!draft.metadata['sort-orders'].some((order) => order['order-id'] === id))
    throw refused(`there is no sort order ${id} to be the default`)
  return changed(draft, { 'default-sort-order-id': id })
}

function chosen(what: string, told: number, last: number | undefined): number {
  if (told !== LAST) return told
  if (last === undefined) throw refused(`-1 stands for the ${what} added last, and none was added`)
  return last
}

function nextId(taken: readonly number[]): number {
  return Math.max(-1, ...taken) + 1
}

function signature(schema: SchemaText): string {
  return formatJson([schema.fields, (schema['identifier-field-ids'] ?? []).toSorted((a, b) => a - b)])
}

/** New columns of a partition must be columns of the current schema, or of the one that is about to be. */
function checkSpec(metadata: TableMetadata, spec: SpecText): void {
  const schemas = metadata.schemas as unknown as SchemaText[]
  const columns = schemas.flatMap((schema) => fieldsOf(schema))
  const names = new Set<string>()
  const sources = new Set<string>()
  for (const { name, transform, 'source-id': source } of spec.fields) {
    if (!TRANSFORM.test(transform))
      throw refused(`partition field ${name} has the transform ${transform}, which Iceberg does not know`)
    if (name === '' || names.has(name))
      throw refused(name === '' ? 'a partition field has no name' : `there are two partition fields ${name}`)
    names.add(name)
    if (transform === 'void') continue
    const column = columns.find((one) => one.id === source)
    if (!column) throw refused(`partition field ${name} is of column ${source}, which does not exist`)
    if (typeof column.type !== 'string')
      throw refused(`partition field ${name} is of ${column.path}, which is no single value`)
    const clash = transform !== 'identity' && columns.some((one) => one.path === name)
    if (clash) throw refused(`partition field ${name} has the name of a column`)
    const kind = `${source} ${/^(?:year|month|day|hour)$/.test(transform) ? 'time' : transform}`
    if (sources.has(kind)) throw refused(`partition field ${name} parts by what another one does already`)
    sources.add(kind)
  }
}

function numbered(metadata: TableMetadata, spec: SpecText): { fields: PartitionField[]; last: number } {
  const known = metadata['partition-specs'].flatMap((one) => one.fields)
  let last = metadata['last-partition-id']
  const taken = new Set<number>()
  const fields = spec.fields.map((field) => {
    const same = known.find((one) => one['source-id'] === field['source-id'] && one.transform === field.transform)
    const id = field['field-id'] ?? same?.['field-id'] ?? Math.max(last + 1, FIRST_PARTITION_ID)
    if (taken.has(id)) throw refused(`partition field id ${id} stands for two fields`)
    taken.add(id)
    last = Math.max(last, id)
    return { 'source-id': field['source-id'], 'field-id': id, name: field.name, transform: field.transform }
  })
  return { fields, last }
}

function checkOrder(metadata: TableMetadata, order: OrderText): void {
  const schemas = metadata.schemas as unknown as SchemaText[]
  const columns = new Set(schemas.flatMap((schema) => fieldsOf(schema)).map((field) => field.id))
  for (const { transform, 'source-id': source } of order.fields) {
    if (!TRANSFORM.test(transform))
      throw refused(`the sort order has the transform ${transform}, which Iceberg does not know`)
    if (!columns.has(source)) throw refused(`the sort order is of column ${source}, which does not exist`)
  }
}
