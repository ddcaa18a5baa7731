import { gunzipSync } from 'node:zlib'
import { BlotterError } from '../../errors.ts'
import type { Schema } from '../../model/schema.ts'
import { refuseChanged } from '../checksum.ts'
import { type Integer, parseJson } from './exact-json.ts'
import type { PartitionSpec } from './partition.ts'
import { lakeDamaged, unsupportedFile } from '../storage.ts'

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
    parsed = parseJson((/\.gz\.metadata\.json$|\.metadata\.json\.gz$/.test(location) ? gunzipSync(bytes) : bytes).toString())
  } catch (error) {
    throw lakeDamaged(location, `is not JSON (${(error as Error).message})`, error)
  }
  const metadata = parsed as TableMetadata | null
  if (typeof metadata !== 'object' || metadata === null || typeof metadata['format-version'] !== 'number') {
    throw lakeDamaged(location, 'is not the metadata of an Iceberg table')
  }
  refuseOtherVersions(location, metadata['format-version'])
  if (!hasShape(metadata)) throw lakeDamaged(location, 'lacks schemas, partition specs or the location of its table')
  const snapshots = (metadata.snapshots ?? []).map((snapshot) => wholeSnapshot(location, snapshot))
  refuseDangling(location, metadata, snapshots)
  return {
    ...metadata,
    properties: metadata.properties ?? {},
    refs: metadata.refs ?? {},
    snapshots,
    'snapshot-log': metadata['snapshot-log'] ?? [],
    'metadata-log': metadata['metadata-log'] ?? [],
  }
}

function hasShape(metadata: TableMetadata): boolean {
  const { schemas, 'partition-specs': specs, location, snapshots, refs } = metadata
  return (
    Array.isArray(schemas) &&
    schemas.every((schema) => typeof schema?.['schema-id'] === 'number' && Array.isArray(schema.fields)) &&
    Array.isArray(specs) &&
    specs.every((spec) => typeof spec?.['spec-id'] === 'number' && Array.isArray(spec.fields)) &&
    typeof location === 'string' &&
    (snapshots ?? []).every((snapshot) => typeof snapshot === 'object' && snapshot !== null) &&
    Object.values(refs ?? {}).every((reference) => typeof reference === 'object' && reference !== null)
  )
}

/** Fields that format version 1 did not ask for, of a snapshot that an upgraded table has kept. */
function wholeSnapshot(location: string, snapshot: Partial<Snapshot>): Snapshot {
  const { 'snapshot-id': id, 'manifest-list': list } = snapshot
  if (typeof id !== 'number' && typeof id !== 'bigint') throw lakeDamaged(location, 'holds a snapshot without an id')
  if (typeof list !== 'string') {
    const what = `holds the snapshot ${id} without a manifest list`
    throw 'manifests' in snapshot ? unsupportedFile(location, `${what}, as format version 1 allowed`) : lakeDamaged(location, what)
  }
  return { ...(snapshot as Snapshot), 'sequence-number': snapshot['sequence-number'] ?? 0, summary: snapshot.summary ?? {} }
}

/** A branch whose snapshot is not there would be read as a table without rows. */
function refuseDangling(location: string, metadata: TableMetadata, snapshots: readonly Snapshot[]): void {
  const known = new Set(snapshots.map((snapshot) => snapshot['snapshot-id']))
  const current = metadata['current-snapshot-id'] ?? -1
  if (current !== -1 && !known.has(current)) throw lakeDamaged(location, `names the snapshot ${current} and does not hold it`)
  for (const [name, { 'snapshot-id': id }] of Object.entries(metadata.refs ?? {})) {
    if (!known.has(id)) throw lakeDamaged(location, `names the snapshot ${id} as ${name} and does not hold it`)
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
