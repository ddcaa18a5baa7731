import { gunzipSync } from 'node:zlib'
import { BlotterError } from '../errors.ts'
import type { Schema } from '../model/schema.ts'
import { refuseChanged } from './checksum.ts'
import { type Integer, parseJson } from './exact-json.ts'
import type { PartitionSpec } from './partition.ts'
import { lakeDamaged } from './storage.ts'

export interface TableSchema extends Schema {
  type: 'struct'
  'schema-id': number
}

/** A version of a table (Iceberg specification, Snapshots). */
export interface Snapshot {
  'snapshot-id': Integer
  'parent-snapshot-id'?: Integer
  'sequence-number': number
  'timestamp-ms': number
  'manifest-list': string
  'schema-id'?: number
  summary: Record<string, string>
}

/** A name for a snapshot: `main` is a branch, a batch is a tag. */
export interface Reference {
  'snapshot-id': Integer
  type: 'branch' | 'tag'
  [retention: string]: unknown
}

/** What manifests need of a table. */
export interface PartitionedMetadata {
  location: string
  'current-schema-id': number
  schemas: TableSchema[]
  'default-spec-id': number
  'partition-specs': PartitionSpec[]
}

/** A metadata file (Iceberg specification, Table Metadata, version 2); what is not named here is carried on as it is. */
export interface TableMetadata extends PartitionedMetadata {
  'format-version': number
  'table-uuid': string
  'last-sequence-number': number
  'last-updated-ms': number
  'last-column-id': number
  'last-partition-id': number
  'default-sort-order-id': number
  'sort-orders': { 'order-id': number; fields: unknown[] }[]
  properties: Record<string, string>
  'current-snapshot-id'?: Integer | null
  refs: Record<string, Reference>
  snapshots: Snapshot[]
  'snapshot-log': { 'snapshot-id': Integer; 'timestamp-ms': number }[]
  'metadata-log': { 'metadata-file': string; 'timestamp-ms': number }[]
  [other: string]: unknown
}

export function currentSchema(metadata: PartitionedMetadata): TableSchema {
  return schemaById(metadata, metadata['current-schema-id'])
}

export function schemaById(metadata: PartitionedMetadata, id: number): TableSchema {
  const schema = metadata.schemas.find((known) => known['schema-id'] === id)
  if (!schema) throw lakeDamaged(metadata.location, `has metadata that names schema ${id} and does not hold it`)
  return schema
}

export function specOf(metadata: PartitionedMetadata, id = metadata['default-spec-id']): PartitionSpec {
  const spec = metadata['partition-specs'].find((known) => known['spec-id'] === id)
  if (!spec) throw lakeDamaged(metadata.location, `has metadata that names partition spec ${id} and does not hold it`)
  return spec
}

/** Reads a metadata file's bytes. Throws `lake_damaged`, or `lake_newer` and `unsupported` for versions other than 2. */
export function parseMetadata(location: string, bytes: Buffer): TableMetadata {
  refuseChanged(location, bytes)
  let parsed: unknown
  try {
    parsed = parseJson((location.endsWith('.gz.metadata.json') ? gunzipSync(bytes) : bytes).toString())
  } catch (error) {
    throw lakeDamaged(location, `is not JSON (${(error as Error).message})`, error)
  }
  const metadata = parsed as TableMetadata | null
  if (typeof metadata !== 'object' || metadata === null || typeof metadata['format-version'] !== 'number') {
    throw lakeDamaged(location, 'is not the metadata of an Iceberg table')
  }
  refuseOtherVersions(location, metadata['format-version'])
  if (
    !Array.isArray(metadata.schemas) ||
    !Array.isArray(metadata['partition-specs']) ||
    typeof metadata.location !== 'string'
  ) {
    throw lakeDamaged(location, 'lacks schemas, partition specs or the location of its table')
  }
  return {
    ...metadata,
    properties: metadata.properties ?? {},
    refs: metadata.refs ?? {},
    snapshots: metadata.snapshots ?? [],
    'snapshot-log': metadata['snapshot-log'] ?? [],
    'metadata-log': metadata['metadata-log'] ?? [],
  }
}

function refuseOtherVersions(location: string, version: number): void {
  if (version === 2) return
  const newer = version > 2
  const message = `${location} is Iceberg format version ${version}; Blotter knows version 2. Nothing was changed.`
  throw new BlotterError(newer ? 'lake_newer' : 'unsupported', message, {
    todo: newer
      ? 'Use a newer Blotter, or put the table back from a backup made before another engine upgraded it.'
      : "Upgrade the table with the engine that made it: set the table property 'format-version' to 2.",
    context: { file: location, version },
  })
}
