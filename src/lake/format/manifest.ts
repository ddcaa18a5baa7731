import { decodeAvro, encodeAvro } from './avro.ts'
import { refuseChanged } from '../checksum.ts'
import { CONTENT, type DataFile, type LiveFile } from './data-file.ts'
import { formatJson, type Integer } from './exact-json.ts'
import { sealedName } from '../write/file-label.ts'
import { UnknownFormError } from './format-error.ts'
import { MANIFEST_FILE_SCHEMA, manifestEntrySchema } from './manifest-schema.ts'
import { currentSchema, type PartitionedMetadata, specOf } from './metadata.ts'
import { type FieldSummary, partitionSchema, summarizePartitions } from './partition.ts'
import { lakeDamaged, type Storage, unsupportedFile } from '../storage.ts'

/** A manifest as a manifest list describes it (Iceberg specification v2, `manifest_file`). */
export interface ManifestFile {
  manifest_path: string
  manifest_length: number
  partition_spec_id: number
  content: number
  sequence_number: number
  min_sequence_number: number
  added_snapshot_id: Integer
  added_files_count: number
  existing_files_count: number
  deleted_files_count: number
  added_rows_count: number
  existing_rows_count: number
  deleted_rows_count: number
  partitions?: FieldSummary[] | null
  key_metadata?: Buffer | null
}

const EXISTING = 0
const ADDED = 1
const DELETED = 2

interface ManifestEntry {
  status: number
  snapshot_id: Integer | null
  /** Null in an added entry: readers take the manifest's, so that a retry of the commit may keep the manifest. */
  sequence_number: number | null
  file_sequence_number: number | null
  data_file: Omit<DataFile, 'spec_id'>
}

/** What a new manifest holds: files new with this snapshot, files of older ones, files that this snapshot removes. */
export interface ManifestContents {
  content: number
  specId: number
  added: DataFile[]
  existing: LiveFile[]
  removed: LiveFile[]
}

/** A snapshot that is not committed yet. */
export interface NewSnapshot {
  id: number
  sequenceNumber: number
  /** Whose files its manifests are, for the sweep of orphans; see `sealedName`. */
  label?: string | undefined
}

export async function readManifestList(storage: Storage, location: string): Promise<ManifestFile[]> {
  return (await readAvro(storage, location)).map((record) => listed(record as FirstManifestFile))
}

/** How format version 1 describes a manifest: without a kind and numbers, and counts under longer names or not at all. */
type FirstManifestFile = Partial<ManifestFile> &
  Pick<ManifestFile, 'manifest_path'> & {
    added_data_files_count?: number | null
    existing_data_files_count?: number | null
    deleted_data_files_count?: number | null
  }

/** A table that was upgraded from version 1 keeps the manifests it had: they hold data, and are older than all others. */
function listed(record: FirstManifestFile): ManifestFile {
  const { added_data_files_count: added, existing_data_files_count: existing, deleted_data_files_count: deleted } = record
  return {
    ...(record as ManifestFile),
    content: record.content ?? CONTENT.data,
    sequence_number: record.sequence_number ?? 0,
    min_sequence_number: record.min_sequence_number ?? 0,
    added_files_count: (record.added_files_count ?? added) as number,
    existing_files_count: (record.existing_files_count ?? existing) as number,
    deleted_files_count: (record.deleted_files_count ?? deleted) as number,
  }
}

/** The files that live in a manifest, with what added entries leave out taken from the manifest. */
export async function readManifest(storage: Storage, manifest: ManifestFile): Promise<LiveFile[]> {
  if (manifest.key_metadata) throw unsupportedFile(manifest.manifest_path, 'is encrypted')
  const entries = (await readAvro(storage, manifest.manifest_path)) as ManifestEntry[]
  const live: LiveFile[] = []
  for (const entry of entries) {
    if (entry.status === DELETED) continue
    live.push({
      file: fileOf(entry, manifest),
      snapshotId: entry.snapshot_id ?? manifest.added_snapshot_id,
      sequenceNumber: entry.sequence_number ?? manifest.sequence_number ?? 0,
      fileSequenceNumber: entry.file_sequence_number ?? manifest.sequence_number ?? 0,
    })
  }
  return live
}

/** Records of avsc's own classes become plain ones at the top, where files are compared. */
function fileOf({ data_file: file }: ManifestEntry, manifest: ManifestFile): DataFile {
  const content = file.content ?? CONTENT.data
  return { ...file, content, partition: { ...file.partition }, spec_id: manifest.partition_spec_id }
}

async function readAvro(storage: Storage, location: string): Promise<unknown[]> {
  const bytes = await storage.read(location)
  refuseChanged(location, bytes)
  try {
    return decodeAvro(bytes)
  } catch (error) {
    if (error instanceof UnknownFormError) throw unsupportedFile(location, `is ${error.message}`)
    throw lakeDamaged(location, `is not a whole Avro file (${(error as Error).message})`, error)
  }
}

/** Writes a manifest for a snapshot that is not committed yet. */
export async function writeManifest(
  storage: Storage,
  metadata: PartitionedMetadata,
  snapshot: NewSnapshot,
  contents: ManifestContents,
): Promise<ManifestFile> {
  const { added, existing, removed } = contents
  const spec = specOf(metadata, contents.specId)
  const schema = currentSchema(metadata)
  const entries = [
    ...added.map((file) => entryOf(ADDED, snapshot.id, { file, sequenceNumber: null, fileSequenceNumber: null })),
    ...existing.map((live) => entryOf(EXISTING, live.snapshotId, live)),
    ...removed.map((live) => entryOf(DELETED, snapshot.id, live)),
  ]
  const bytes = encodeAvro(manifestEntrySchema(partitionSchema(spec, metadata.schemas)), entries, {
    schema: formatJson(schema),
    'schema-id': String(schema['schema-id']),
    'partition-spec': formatJson(spec.fields),
    'partition-spec-id': String(contents.specId),
    'format-version': '2',
    content: contents.content === CONTENT.data ? 'data' : 'deletes',
  })
  const location = `${metadata.location}/metadata/${sealedName(snapshot.label, bytes)}-m0.avro`
  return {
    manifest_path: location,
    manifest_length: await storage.writeNew(location, bytes),
    partition_spec_id: contents.specId,
    content: contents.content,
    sequence_number: snapshot.sequenceNumber,
    min_sequence_number: existing.reduce((least, live) => Math.min(least, live.sequenceNumber), snapshot.sequenceNumber),
    added_snapshot_id: snapshot.id,
    added_files_count: added.length,
    existing_files_count: existing.length,
    deleted_files_count: removed.length,
    added_rows_count: rowsIn(added),
    existing_rows_count: rowsIn(existing.map((live) => live.file)),
    deleted_rows_count: rowsIn(removed.map((live) => live.file)),
    partitions: summarizePartitions(
      spec,
      metadata.schemas,
      entries.map((entry) => entry.data_file.partition),
    ),
  }
}

/** Writes the list of a snapshot's manifests and resolves with its location. */
export async function writeManifestList(
  storage: Storage,
  metadata: { location: string },
  snapshot: NewSnapshot & { parentId: Integer | undefined },
  manifests: readonly ManifestFile[],
): Promise<string> {
  const bytes = encodeAvro(MANIFEST_FILE_SCHEMA, manifests, {
    'snapshot-id': String(snapshot.id),
    'parent-snapshot-id': String(snapshot.parentId ?? 'null'),
    'sequence-number': String(snapshot.sequenceNumber),
    'format-version': '2',
  })
  const location = `${metadata.location}/metadata/snap-${snapshot.id}-1-${sealedName(snapshot.label, bytes)}.avro`
  await storage.writeNew(location, bytes)
  return location
}

type Numbered = { file: DataFile; sequenceNumber: number | null; fileSequenceNumber: number | null }

function entryOf(
  status: number,
  snapshotId: Integer,
  { file, sequenceNumber, fileSequenceNumber }: Numbered,
): ManifestEntry {
  return {
    status,
    snapshot_id: snapshotId,
    sequence_number: sequenceNumber,
    file_sequence_number: fileSequenceNumber,
    data_file: file,
  }
}

function rowsIn(files: readonly DataFile[]): number {
  return files.reduce((rows, file) => rows + file.record_count, 0)
}
