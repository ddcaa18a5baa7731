import type { Integer } from '../lake/format/exact-json.ts'
import type { TableMetadata } from '../lake/format/metadata.ts'

/** Metadata on its way from one version to the next, and what -1 stands for in what is still to come. */
export interface MetadataDraft {
  metadata: TableMetadata
  /** False for a table that is being made. */
  exists: boolean
  now: Date
  lastSchema?: number
  lastSpec?: number
  lastOrder?: number
  /** Snapshots that these changes brought. */
  added: ReadonlySet<Integer>
  /** Snapshots that main has gone through in these changes. */
  passed: readonly Integer[]
}

export function draftOf(metadata: TableMetadata | undefined, now: Date): MetadataDraft {
  const base = metadata ? withMain(withOrder(metadata)) : EMPTY
  return { metadata: base, exists: metadata !== undefined, now, added: new Set(), passed: [] }
}

/** The draft with other metadata. */
export function changed(draft: MetadataDraft, changes: Partial<TableMetadata>): MetadataDraft {
  return { ...draft, metadata: { ...draft.metadata, ...changes } }
}

/** Metadata that lacks `refs` means the same as with main on its current snapshot (Iceberg specification, Table Metadata). */
function withMain(metadata: TableMetadata): TableMetadata {
  const current = metadata['current-snapshot-id'] ?? -1
  if (current === -1 || Object.hasOwn(metadata.refs, 'main')) return metadata
  return { ...metadata, refs: { main: { 'snapshot-id': current, type: 'branch' }, ...metadata.refs } }
}

/** The specification requires it of every table, and a table that lacks it is sorted by nothing all the same. */
function withOrder(metadata: TableMetadata): TableMetadata {
  const orders: TableMetadata['sort-orders'] | undefined = metadata['sort-orders']
  return orders ? metadata : { ...metadata, 'sort-orders': [{ 'order-id': 0, fields: [] }], 'default-sort-order-id': 0 }
}

const EMPTY: TableMetadata = {
  'format-version': 2,
  'table-uuid': '',
  location: '',
  'last-sequence-number': 0,
  'last-updated-ms': 0,
  'last-column-id': 0,
  'current-schema-id': -1,
  schemas: [],
  'default-spec-id': -1,
  'partition-specs': [],
  'last-partition-id': 999,
  'default-sort-order-id': -1,
  'sort-orders': [],
  properties: {},
  'current-snapshot-id': -1,
  refs: {},
  snapshots: [],
  statistics: [],
  'partition-statistics': [],
  'snapshot-log': [],
  'metadata-log': [],
}
