import type { Integer } from '../format/exact-json.ts'
import type { Reference, Snapshot, TableMetadata } from '../format/metadata.ts'
import { withMetadata } from '../write/stage.ts'
import type { Table } from '../table.ts'

export interface Expiry {
  /** Without the tags and the snapshots; staged, not yet written. */
  table: Table
  removed: readonly Snapshot[]
}

/**
 * Takes tags from a table, and with them the snapshots that nothing else names: those tagged, and those that follow one
 * of them untagged, as compaction leaves them. What a branch or another tag names stays, and so does a branch's own past.
 * Undefined where the table has none of the tags.
 */
export function expireTags(table: Table, tags: ReadonlySet<string>, now: Date): Expiry | undefined {
  const { metadata } = table
  const going = (name: string, reference: Reference): boolean => reference.type === 'tag' && tags.has(name)
  const references = Object.entries(metadata.refs)
  const refs = Object.fromEntries(references.filter(([name, reference]) => !going(name, reference)))
  if (Object.keys(refs).length === references.length) return undefined

  const tagged = new Set(
    references.filter(([name, reference]) => going(name, reference)).map(([, one]) => one['snapshot-id']),
  )
  const needed = neededBy(metadata, refs)
  const gone = new Set<Integer>()
  const inOrder = metadata.snapshots.toSorted((a, b) => a['sequence-number'] - b['sequence-number'])
  for (const snapshot of inOrder) {
    const parent = snapshot['parent-snapshot-id']
    const follows = parent !== undefined && gone.has(parent)
    if (!needed.has(snapshot['snapshot-id']) && (tagged.has(snapshot['snapshot-id']) || follows))
      gone.add(snapshot['snapshot-id'])
  }
  return {
    table: withMetadata(table, { refs, ...withoutSnapshots(metadata, gone) }, now),
    removed: metadata.snapshots.filter((snapshot) => gone.has(snapshot['snapshot-id'])),
  }
}

function neededBy(metadata: TableMetadata, refs: Readonly<Record<string, Reference>>): Set<Integer> {
  const needed = new Set(Object.values(refs).map((reference) => reference['snapshot-id']))
  const current = metadata['current-snapshot-id']
  if (current !== undefined && current !== null) needed.add(current)
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  for (const [name, reference] of Object.entries(refs)) {
    if (name === 'main' || reference.type !== 'branch') continue
    for (let at = byId.get(reference['snapshot-id']); at; at = byId.get(at['parent-snapshot-id'] ?? -1))
      needed.add(at['snapshot-id'])
  }
  return needed
}

/** The log of main's snapshots begins after the last one that is gone (Iceberg specification, Table Metadata Fields). */
function withoutSnapshots(metadata: TableMetadata, gone: ReadonlySet<Integer>): Partial<TableMetadata> {
  const log = metadata['snapshot-log']
  const last = log.findLastIndex((entry) => gone.has(entry['snapshot-id']))
  const ofKept = (entries: unknown): unknown =>
    Array.isArray(entries)
      ? entries.filter((entry: { 'snapshot-id': Integer }) => !gone.has(entry['snapshot-id']))
      : entries
  return {
    snapshots: metadata.snapshots.filter((snapshot) => !gone.has(snapshot['snapshot-id'])),
    'snapshot-log': log.slice(last + 1),
    statistics: ofKept(metadata['statistics']),
    'partition-statistics': ofKept(metadata['partition-statistics']),
  }
}
