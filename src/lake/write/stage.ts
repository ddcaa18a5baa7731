import { randomInt } from 'node:crypto'
import { BlotterError, impossible } from '../../errors.ts'
import { lastColumnId, type Schema } from '../../model/schema.ts'
import type { DataFile } from '../format/data-file.ts'
import { formatJson } from '../format/exact-json.ts'
import { sealedName } from './file-label.ts'
import { readManifestList, writeManifestList } from '../format/manifest.ts'
import { nextManifests } from './merge-manifests.ts'
import { currentSchema, type Reference, type Snapshot, type TableMetadata } from '../format/metadata.ts'
import type { Storage } from '../storage.ts'
import { summaryOf } from '../format/summary.ts'
import { snapshotOf, type Table } from '../table.ts'

export interface SnapshotDraft {
  add: readonly DataFile[]
  /** Data or delete files that the newest snapshot holds. */
  remove: readonly DataFile[]
  /** By default what the files say: append, overwrite or delete. `replace` is for compaction: other files, the same rows. */
  operation?: 'append' | 'overwrite' | 'delete' | 'replace'
  /** Added to the summary beside the counts of the specification. */
  summary: Readonly<Record<string, string>>
  tag?: string
  properties?: Readonly<Record<string, string>>
  /** The table's schema from this snapshot on, when it is another one. */
  schema?: Schema
  /** Whose files the new manifests are, so that a sweep knows them if this is never committed: the run. */
  label?: string
  now: Date
}

/**
 * Writes the manifests of a new snapshot on main, and makes sure that the files it adds are durable. Resolves with the table
 * as it will be: nobody sees it before `writeMetadata` and the catalog's commit. Throws `commit_conflict` when a file to
 * remove is gone, or the tag is another snapshot's.
 */
export async function stageSnapshot(storage: Storage, table: Table, draft: SnapshotDraft): Promise<Table> {
  const { add, remove, now } = draft
  await persistAll(storage, add)
  const metadata = withSchema(table.metadata, draft.schema)
  const parent = snapshotOf(table)
  const id = newSnapshotId(table)
  const sequenceNumber = metadata['last-sequence-number'] + 1
  const known = parent ? await readManifestList(storage, parent['manifest-list']) : []
  const { manifests, removed } = await nextManifests(storage, metadata, { id, sequenceNumber, label: draft.label }, known, { add, remove })
  const list = { id, parentId: parent?.['snapshot-id'], sequenceNumber, label: draft.label }
  const updatedMs = nextUpdate(metadata, now)
  const snapshot: Snapshot = {
    'snapshot-id': id,
    ...(parent ? { 'parent-snapshot-id': parent['snapshot-id'] } : {}),
    'sequence-number': sequenceNumber,
    'timestamp-ms': updatedMs,
    'manifest-list': await writeManifestList(storage, metadata, list, manifests),
    'schema-id': metadata['current-schema-id'],
    summary: summaryOf(parent, add, removed, draft.operation, draft.summary),
  }
  const staged = changed({ ...table, metadata }, updatedMs, {
    properties: { ...metadata.properties, ...draft.properties },
    'last-sequence-number': sequenceNumber,
    'current-snapshot-id': id,
    snapshots: [...metadata.snapshots, snapshot],
    'snapshot-log': [...metadata['snapshot-log'], { 'snapshot-id': id, 'timestamp-ms': updatedMs }],
    refs: { ...metadata.refs, main: { ...metadata.refs['main'], 'snapshot-id': id, type: 'branch' } },
  })
  return draft.tag === undefined ? staged : stageTag(staged, draft.tag, now)
}

/** Tags main's snapshot. Throws `commit_conflict` when the name stands for another snapshot already. */
export function stageTag(table: Table, tag: string, now: Date): Table {
  const { metadata } = table
  const snapshot = snapshotOf(table)
  if (!snapshot) throw impossible(`${table.name} has no snapshot to be tagged ${tag}`)
  const known = Object.hasOwn(metadata.refs, tag) ? metadata.refs[tag] : undefined
  if (known && known['snapshot-id'] === snapshot['snapshot-id']) return table
  if (known) {
    throw new BlotterError(
      'commit_conflict',
      `${table.name} has a ${known.type} ${tag} already, on another snapshot. Nothing was applied.`,
      {
        todo: 'Run `blotter run` again.',
        context: { table: table.name, tag },
      },
    )
  }
  const refs = { ...metadata.refs, [tag]: { 'snapshot-id': snapshot['snapshot-id'], type: 'tag' } satisfies Reference }
  return changed(table, nextUpdate(metadata, now), { refs })
}

/** The table with other metadata, to be written: its time grows, and its log names the file that it is based on. */
export function withMetadata(table: Table, changes: Partial<TableMetadata>, now: Date): Table {
  return changed(table, nextUpdate(table.metadata, now), changes)
}

/** A staged table's step in the catalog; `committed` is the table as it is once the catalog has taken the step. */
export interface MetadataSwap {
  table: string
  from: string | null
  to: string
  committed: Table
  /** Older metadata files that nothing names after the commit: to be removed then. */
  unnamed: string[]
}

const DEFAULT_PREVIOUS_VERSIONS = 100

/** Writes a staged table's metadata file, durably, named for a label. It counts only once the catalog points to it. */
export async function writeMetadata(storage: Storage, table: Table, label?: string): Promise<MetadataSwap> {
  const { metadata, metadataLocation } = table
  const kept = Number(metadata.properties['write.metadata.previous-versions-max'] ?? DEFAULT_PREVIOUS_VERSIONS)
  const log = metadata['metadata-log']
  const next = { ...metadata, 'metadata-log': log.slice(-Math.max(1, kept)) }
  const version = /\/(\d+)-[^/]*$/.exec(metadataLocation ?? '')?.[1]
  const number = version === undefined ? 0 : Number(version) + 1
  const bytes = Buffer.from(formatJson(next))
  const to = `${metadata.location}/metadata/${String(number).padStart(5, '0')}-${sealedName(label, bytes)}.metadata.json`
  await storage.writeNew(to, bytes)
  return {
    table: table.name,
    from: metadataLocation,
    to,
    committed: { name: table.name, metadataLocation: to, metadata: next },
    unnamed: log.slice(0, -Math.max(1, kept)).map((entry) => entry['metadata-file']),
  }
}

const PERSIST_AT_ONCE = 16

async function persistAll(storage: Storage, files: readonly DataFile[]): Promise<void> {
  for (let start = 0; start < files.length; start += PERSIST_AT_ONCE) {
    await Promise.all(files.slice(start, start + PERSIST_AT_ONCE).map((file) => storage.persist(file.file_path)))
  }
}

/** Below 2^48 (the limit of randomInt), hence exact in every JSON reader. */
function newSnapshotId(table: Table): number {
  const taken = new Set(table.metadata.snapshots.map((snapshot) => snapshot['snapshot-id']))
  for (;;) {
    const id = randomInt(1, 2 ** 48 - 1)
    if (!taken.has(id)) return id
  }
}

/** The staged table after a change; its first change notes in the log which metadata file it is based on. */
function changed(table: Table, updatedMs: number, changes: Partial<TableMetadata>): Table {
  const { metadata, metadataLocation } = table
  const log = metadata['metadata-log']
  const noted = metadataLocation === null || log.at(-1)?.['metadata-file'] === metadataLocation
  const base = noted ? [] : [{ 'metadata-file': metadataLocation, 'timestamp-ms': metadata['last-updated-ms'] }]
  const next = { ...metadata, ...changes, 'last-updated-ms': updatedMs, 'metadata-log': [...log, ...base] }
  return { ...table, metadata: next }
}

/** Iceberg wants a table's times to grow, whatever the clock does. */
function nextUpdate(metadata: TableMetadata, now: Date): number {
  return Math.max(now.getTime(), metadata['last-updated-ms'] + 1)
}

function withSchema(metadata: TableMetadata, schema: Schema | undefined): TableMetadata {
  if (!schema || formatJson(currentSchema(metadata).fields) === formatJson(schema.fields)) return metadata
  const same = metadata.schemas.find((known) => formatJson(known.fields) === formatJson(schema.fields))
  const id = same?.['schema-id'] ?? Math.max(...metadata.schemas.map((known) => known['schema-id'])) + 1
  return {
    ...metadata,
    schemas: same ? metadata.schemas : [...metadata.schemas, { type: 'struct', 'schema-id': id, fields: schema.fields }],
    'current-schema-id': id,
    'last-column-id': Math.max(metadata['last-column-id'], lastColumnId(schema)),
  }
}
