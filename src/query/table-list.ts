import { type LakeView, versionRead } from '../history/as-of.ts'
import { type Hold, holdsOf } from '../history/holds.ts'
import type { Scan } from '../lake/read/plan.ts'
import { snapshotOf } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Type } from '../model/schema.ts'

/** A table as of a batch: what `blotter tables --json` lists. */
export interface ListedTable {
  name: string
  doc: string
  rows: number
  /** Of the version that is read, whose files these are: of the batch's tag, or what compaction has put in its place. */
  snapshot_id: string
  /** The batch that made its rows: older than the one asked for where that one changed nothing. */
  batch_at: BatchAt
  files: number
  size_bytes: number
  columns: { name: string; type: string; doc?: string }[]
  /** What restores hold of this table now; absent where none does. */
  holds?: Hold[]
}

/** Describes the scanned tables, in the order of `names` and then by name. */
export function listTables(
  view: LakeView,
  scans: readonly Scan[],
  batchAt: BatchAt,
  names: readonly string[],
): ListedTable[] {
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length)
  const listed = scans.flatMap((scan) => {
    const table = view.tables.find((candidate) => candidate.name === scan.table)
    const snapshot = table && (versionRead(table, batchAt) ?? snapshotOf(table))
    if (!table || !snapshot) return []
    const deletes = new Map(scan.files.flatMap((file) => file.deletes.map((one) => [one.path, one.file] as const)))
    const files = [...scan.files.map((file) => file.file), ...deletes.values()]
    return {
      name: scan.table,
      doc: table.metadata.properties['comment'] ?? '',
      rows: scan.rows,
      snapshot_id: String(snapshot['snapshot-id']),
      batch_at: snapshot.summary['blotter.batch'] ?? batchAt,
      files: files.length,
      size_bytes: files.reduce((sum, file) => sum + file.file_size_in_bytes, 0),
      columns: scan.schema.fields.map(({ name, type, doc }) => ({ name, type: typeName(type), ...(doc ? { doc } : {}) })),
      ...(holdsOf(table).length > 0 ? { holds: holdsOf(table) } : {}),
    }
  })
  return listed.sort((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : 1))
}

/** An Iceberg type as people write it: `list<string>`, `struct<id: long, …>`. */
function typeName(type: Type): string {
  if (typeof type === 'string') return type
  if (type.type === 'list') return `list<${typeName(type.element)}>`
  if (type.type === 'map') return `map<${typeName(type.key)}, ${typeName(type.value)}>`
  return `struct<${type.fields.map((field) => `${field.name}: ${typeName(field.type)}`).join(', ')}>`
}
