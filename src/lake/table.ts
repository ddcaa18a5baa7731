import { randomUUID } from 'node:crypto'
import { BlotterError, impossible } from '../errors.ts'
import { type Field, lastColumnId, type Schema, type Type } from '../model/schema.ts'
import { exactInteger, type Integer } from './format/exact-json.ts'
import { currentSchema, parseMetadata, type Snapshot, schemaById, type TableMetadata } from './format/metadata.ts'
import type { Storage } from './storage.ts'

/** One version of a table; it never changes. `metadataLocation` is the file it came from, null before the first commit. */
export interface Table {
  readonly name: string
  readonly metadataLocation: string | null
  readonly metadata: TableMetadata
}

export interface NewTable {
  /** `raw.crimes` */
  name: string
  /** `file:///lake/raw/crimes`: with its scheme, since Trino refuses a plain path. */
  location: string
  schema: Schema
  partitionBy: { column: string; transform: 'day' } | null
  properties?: Readonly<Record<string, string>>
}

/** Older metadata files are of use only to somebody who debugs; at a thousand batches they would outweigh the data. */
const PROPERTIES = {
  'write.format.default': 'parquet',
  'write.metadata.previous-versions-max': '20',
  'write.metadata.delete-after-commit.enabled': 'true',
  'commit.retry.num-retries': '20',
}

/** A table without snapshots that exists nowhere yet: `writeMetadata` and the catalog's commit make it exist. */
export function newTable({ name, location, schema, partitionBy, properties }: NewTable): Table {
  const source = schema.fields.find((field) => field.name === partitionBy?.column)
  if (partitionBy && !source) throw impossible(`${name} has no column ${partitionBy.column} to be partitioned by`)
  const partitionFields = source
    ? [{ 'source-id': source.id, 'field-id': 1000, name: `${source.name}_day`, transform: 'day' }]
    : []
  const metadata: TableMetadata = {
    'format-version': 2,
    'table-uuid': randomUUID(),
    location,
    'last-sequence-number': 0,
    'last-updated-ms': 0,
    'last-column-id': lastColumnId(schema),
    'current-schema-id': 0,
    schemas: [{ type: 'struct', 'schema-id': 0, fields: schema.fields }],
    'default-spec-id': 0,
    'partition-specs': [{ 'spec-id': 0, fields: partitionFields }],
    'last-partition-id': 999 + partitionFields.length,
    'default-sort-order-id': 0,
    'sort-orders': [{ 'order-id': 0, fields: [] }],
    properties: { ...PROPERTIES, ...properties },
    'current-snapshot-id': -1,
    refs: {},
    snapshots: [],
    statistics: [],
    'partition-statistics': [],
    'snapshot-log': [],
    'metadata-log': [],
  }
  return { name, metadataLocation: null, metadata }
}

/** Reads a table's metadata file. Throws `lake_damaged`, `lake_newer` or `unsupported`. */
export async function loadTable(storage: Storage, name: string, metadataLocation: string): Promise<Table> {
  return { name, metadataLocation, metadata: parseMetadata(metadataLocation, await storage.read(metadataLocation)) }
}

/**
 * The table's current schema, or the one that a snapshot was made with. Throws `unsupported` naming a column whose type
 * Blotter does not know.
 */
export function tableSchema(table: Table, snapshot?: Snapshot): Schema {
  const id = snapshot?.['schema-id']
  const schema = id === undefined ? currentSchema(table.metadata) : schemaById(table.metadata, id)
  for (const field of schema.fields) refuseUnknownType(table.name, field.name, field)
  return { fields: schema.fields }
}

/** The snapshot of a branch, a tag or an id; by default main's. Undefined where there is none. */
export function snapshotOf(table: Table, ref: string | Integer = 'main'): Snapshot | undefined {
  const { refs, snapshots } = table.metadata
  const main = ref === 'main' && !refs['main'] ? table.metadata['current-snapshot-id'] : undefined
  const id =
    typeof ref === 'string' ? (Object.hasOwn(refs, ref) ? refs[ref]!['snapshot-id'] : main) : exactInteger(BigInt(ref))
  if (id === undefined || id === null) return undefined
  return snapshots.find((snapshot) => snapshot['snapshot-id'] === id)
}

/** The snapshots that have a tag, by tag in the order of the alphabet, which for batches is that of time. */
export function tagsOf(table: Table): Map<string, Snapshot> {
  const byId = new Map(table.metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  const tags = new Map<string, Snapshot>()
  for (const name of Object.keys(table.metadata.refs).sort()) {
    const reference = table.metadata.refs[name]!
    const snapshot = reference.type === 'tag' ? byId.get(reference['snapshot-id']) : undefined
    if (snapshot) tags.set(name, snapshot)
  }
  return tags
}

const KNOWN_TYPES: ReadonlySet<unknown> = new Set<Type>([
  'boolean',
  'int',
  'long',
  'double',
  'string',
  'date',
  'timestamp',
  'timestamptz',
  'float',
  'time',
  'uuid',
  'binary',
])
const SIZED_TYPE = /^(?:fixed\[\d+\]|decimal\(\d{1,2}, ?\d{1,2}\))$/

function refuseUnknownType(table: string, path: string, field: Pick<Field, 'type'>): void {
  const type: Type | { type: string } = field.type
  if (KNOWN_TYPES.has(type) || (typeof type === 'string' && SIZED_TYPE.test(type))) return
  const inner = innerFields(type as Type)
  if (inner) {
    for (const [name, one] of inner) refuseUnknownType(table, `${path}.${name}`, { type: one })
    return
  }
  const name = typeof type === 'string' ? type : type.type
  throw new BlotterError('unsupported', `Column ${path} of ${table} has the type ${name}, which Blotter does not read.`, {
    todo: 'Drop the column or change its type with the engine that added it.',
    context: { table, column: path, type: name },
  })
}

/** What a type holds, by name; undefined where it is none that holds others. */
function innerFields(type: Type): [string, Type][] | undefined {
  if (typeof type === 'string') return undefined
  if (type.type === 'list') return [['element', type.element]]
  if (type.type === 'struct') return type.fields.map((field) => [field.name, field.type])
  if (type.type !== 'map' || type.key === undefined) return undefined
  return [
    ['key', type.key],
    ['value', type.value],
  ]
}
