import { type LakeView, scanAsOf } from '../history/as-of.ts'
import { CONTENT, type DataFile } from '../lake/format/data-file.ts'
import { liveFilesOf, type Scan } from '../lake/read/plan.ts'
import type { Snapshot } from '../lake/format/metadata.ts'
import { partitionKey, type PartitionSpec } from '../lake/format/partition.ts'
import type { Storage } from '../lake/storage.ts'
import { type Table, tagsOf } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { type ListedTable, listTables } from './table-list.ts'

/** A table as of a batch, with how it lies in the lake and how it came to be so. */
export interface TableDetail extends ListedTable {
  location: string
  /** `day(batch_at)` */
  partitioned_by: string[]
  /** The newest 500, the newest first, those of later batches too. */
  snapshots: SnapshotFacts[]
  snapshots_total: number
  /** Of the files that this version reads, the newest first; one without name where it is not partitioned. */
  partitions: { partition: string | null; files: number; rows: number; size_bytes: number }[]
}

export interface SnapshotFacts {
  snapshot_id: string
  /** When it was committed, ISO 8601 in UTC. */
  committed_at: string
  /** append, overwrite, delete, or replace for what compaction did. */
  operation: string
  /** The batch that made it; null for what compaction, a restore or another engine did outside of a batch. */
  batch_at: BatchAt | null
  /** Names that it bears: the batches as of which the table is this version. */
  tags: string[]
  rows: number
  added_rows: number
  removed_rows: number
  files: number
  size_bytes: number
}

/** A file that a version of a table reads. */
export interface FileFacts {
  /** Within the table's location. */
  path: string
  content: 'data' | 'deletes'
  partition: string | null
  rows: number
  size_bytes: number
}

const MOST_SNAPSHOTS = 500

/** Throws `batch_missing` where the table did not exist as of the batch. */
export async function tableDetail(
  storage: Storage,
  view: LakeView,
  name: string,
  batchAt: BatchAt,
): Promise<{ detail: TableDetail; files: FileFacts[] }> {
  const scan = await scanAsOf(storage, view, name, batchAt)
  const table = view.tables.find((one) => one.name === name)!
  const [listed] = listTables(view, [scan], batchAt, [name])
  const files = filesOf(table, scan)
  const { location, 'partition-specs': specs, 'default-spec-id': current } = table.metadata
  const spec = specs.find((one) => one['spec-id'] === current)
  const detail = {
    ...listed!,
    location,
    partitioned_by: (spec?.fields ?? []).map((field) => transformText(table, field)),
    snapshots: snapshotsOf(table),
    snapshots_total: table.metadata.snapshots.length,
    partitions: partitionsOf(files),
  }
  return { detail, files }
}

function snapshotsOf(table: Table): SnapshotFacts[] {
  const tags = new Map<string, string[]>()
  for (const [tag, snapshot] of tagsOf(table)) {
    const id = String(snapshot['snapshot-id'])
    tags.set(id, [...(tags.get(id) ?? []), tag])
  }
  return table.metadata.snapshots
    .toSorted((a, b) => b['sequence-number'] - a['sequence-number'])
    .slice(0, MOST_SNAPSHOTS)
    .map((snapshot) => snapshotFacts(snapshot, tags.get(String(snapshot['snapshot-id'])) ?? []))
}

function snapshotFacts(snapshot: Snapshot, tags: string[]): SnapshotFacts {
  const { summary } = snapshot
  const figure = (name: string): number => Number(summary[name] ?? 0)
  return {
    snapshot_id: String(snapshot['snapshot-id']),
    committed_at: new Date(snapshot['timestamp-ms']).toISOString(),
    operation: summary['operation'] ?? 'unknown',
    batch_at: summary['blotter.batch'] ?? null,
    tags,
    rows: figure('total-records') - figure('total-position-deletes'),
    added_rows: figure('added-records'),
    // A delete file takes over what the one before it hid.
    removed_rows: figure('added-position-deletes') - figure('removed-position-deletes') + figure('deleted-records'),
    files: figure('total-data-files') + figure('total-delete-files'),
    size_bytes: figure('total-files-size'),
  }
}

function filesOf(table: Table, scan: Scan): FileFacts[] {
  const { location, 'partition-specs': specs } = table.metadata
  return [...liveFilesOf(scan).values()].map((file) => ({
    path: file.file_path.startsWith(`${location}/`) ? file.file_path.slice(location.length + 1) : file.file_path,
    content: file.content === CONTENT.data ? 'data' : 'deletes',
    partition: partitionText(file, specs),
    rows: file.record_count,
    size_bytes: file.file_size_in_bytes,
  }))
}

function partitionsOf(files: readonly FileFacts[]): TableDetail['partitions'] {
  const found = new Map<string | null, TableDetail['partitions'][number]>()
  for (const { partition, content, rows, size_bytes } of files) {
    const sum = found.get(partition) ?? { partition, files: 0, rows: 0, size_bytes: 0 }
    sum.files += 1
    sum.rows += content === 'data' ? rows : -rows
    sum.size_bytes += size_bytes
    found.set(partition, sum)
  }
  return [...found.values()].sort((a, b) => ((a.partition ?? '') < (b.partition ?? '') ? 1 : -1))
}

/** `2026-11-23` of a day; values of other transforms as they are, a comma between those of several fields. */
function partitionText(file: DataFile, specs: readonly PartitionSpec[]): string | null {
  const fields = specs.find((spec) => spec['spec-id'] === file.spec_id)?.fields ?? []
  const values = Object.values(file.partition)
  if (values.length === 0) return null
  if (fields.length !== values.length) return partitionKey(file)
  return values.map((value, n) => (fields[n]!.transform === 'day' ? dayText(Number(value)) : String(value))).join(', ')
}

function dayText(ordinal: number): string {
  return new Date(ordinal * 86_400_000).toISOString().slice(0, 10)
}

function transformText(table: Table, field: PartitionSpec['fields'][number]): string {
  const columns = table.metadata.schemas.flatMap((schema) => schema.fields)
  const column = columns.find((one) => one.id === field['source-id'])?.name ?? field.name
  return field.transform === 'identity' ? column : `${field.transform}(${column})`
}
