import { BlotterError } from '../errors.ts'
import { exactInteger, formatJson, type Integer } from '../lake/format/exact-json.ts'
import type { Reference, TableMetadata } from '../lake/format/metadata.ts'
import { changed, type MetadataDraft } from './metadata-draft.ts'
import { refused } from './refusal.ts'
import type { StatisticsText, TableUpdate } from './table-update.ts'

type Update<Action extends TableUpdate['action']> = Extract<TableUpdate, { action: Action }>

const MAIN = 'main'
/** Java's Iceberg takes no snapshot that is older than the one before by more; its clocks are those of many machines. */
const CLOCKS_DIFFER_MS = 60_000

/** Adds a snapshot, which nothing names yet. */
export function addSnapshot(draft: MetadataDraft, { snapshot }: Update<'add-snapshot'>): MetadataDraft {
  const { metadata } = draft
  const { 'snapshot-id': id, 'sequence-number': sequence, 'parent-snapshot-id': parent, 'timestamp-ms': at } = snapshot
  if (metadata.schemas.length === 0) throw refused('a snapshot needs a schema before it')
  if (typeof sequence !== 'number') throw refused(`snapshot ${id} has no sequence number, which format version 2 requires`)
  if (metadata.snapshots.some((known) => known['snapshot-id'] === id)) throw refused(`there is a snapshot ${id} already`)
  const last = metadata['last-sequence-number']
  // A table's first snapshot may follow one that was removed; any other has to come after all before.
  if (sequence <= last && parent !== undefined) {
    throw outrun(`snapshot ${id} has the sequence number ${sequence}, which is not higher than ${last}`)
  }
  const logged = metadata['snapshot-log'].at(-1)?.['timestamp-ms'] ?? 0
  if (at < logged - CLOCKS_DIFFER_MS)
    throw refused(`snapshot ${id} is of ${new Date(at).toISOString()}, before the one that it follows`)
  const next = changed(draft, {
    snapshots: [...metadata.snapshots, snapshot],
    'last-sequence-number': Math.max(last, sequence),
  })
  return { ...next, added: new Set([...draft.added, id]) }
}

/** Puts a branch or tag on a snapshot; main's is the table's current one. */
export function setReference(draft: MetadataDraft, update: Update<'set-snapshot-ref'>): MetadataDraft {
  const { metadata } = draft
  const { action: _, 'ref-name': name, ...reference } = update
  checkReference(name, reference)
  const id = reference['snapshot-id']
  const snapshot = metadata.snapshots.find((known) => known['snapshot-id'] === id)
  if (!snapshot) throw refused(`${reference.type} ${name} cannot be on snapshot ${id}, which does not exist`)
  const known = Object.hasOwn(metadata.refs, name) ? metadata.refs[name] : undefined
  if (known && formatJson(known) === formatJson(reference)) return draft
  const refs = { ...metadata.refs, [name]: reference }
  if (name !== MAIN || metadata['current-snapshot-id'] === id) return changed(draft, { refs })
  const at = draft.added.has(id) ? snapshot['timestamp-ms'] : draft.now.getTime()
  const logged = metadata['snapshot-log'].at(-1)?.['timestamp-ms'] ?? 0
  const next = changed(draft, {
    refs,
    'current-snapshot-id': id,
    'snapshot-log': [...metadata['snapshot-log'], { 'snapshot-id': id, 'timestamp-ms': Math.max(at, logged) }],
  })
  return { ...next, passed: [...draft.passed, id] }
}

/** A branch or tag that is not there is no error. */
export function removeReference(draft: MetadataDraft, { 'ref-name': name }: Update<'remove-snapshot-ref'>): MetadataDraft {
  const { [name]: _, ...refs } = draft.metadata.refs
  return changed(draft, name === MAIN ? { refs, 'current-snapshot-id': -1, 'snapshot-log': [] } : { refs })
}

/** Takes snapshots away, and the branches, tags and statistics that are of them. */
export function removeSnapshots(draft: MetadataDraft, update: Update<'remove-snapshots'>): MetadataDraft {
  const gone = new Set(update['snapshot-ids'].map((id) => exactInteger(BigInt(id))))
  const { metadata } = draft
  const dangling = Object.entries(metadata.refs).filter(([, reference]) => gone.has(reference['snapshot-id']))
  const cleared = dangling.reduce(
    (next, [name]) => removeReference(next, { action: 'remove-snapshot-ref', 'ref-name': name }),
    draft,
  )
  const log = cleared.metadata['snapshot-log']
  const kept = (entries: unknown): StatisticsText[] =>
    statisticsOf(entries).filter((entry) => !gone.has(entry['snapshot-id']))
  return changed(cleared, {
    snapshots: metadata.snapshots.filter((snapshot) => !gone.has(snapshot['snapshot-id'])),
    // History begins after the last one that is gone: with a hole, time travel would find the wrong one.
    'snapshot-log': log.slice(log.findLastIndex((entry) => gone.has(entry['snapshot-id'])) + 1),
    statistics: kept(metadata['statistics']),
    'partition-statistics': kept(metadata['partition-statistics']),
  })
}

/** Sets, or without `entry` removes, the statistics of one snapshot. */
export function setStatistics(
  draft: MetadataDraft,
  kind: 'statistics' | 'partition-statistics',
  snapshotId: Integer,
  entry?: StatisticsText,
): MetadataDraft {
  const { metadata } = draft
  const others = statisticsOf(metadata[kind]).filter((one) => one['snapshot-id'] !== snapshotId)
  return changed(draft, { [kind]: entry ? [...others, entry] : others })
}

/** Main's log without what it went through within one commit: nobody ever saw those (as Java's Iceberg keeps it). */
export function withoutPassed({ metadata, passed }: MetadataDraft): TableMetadata['snapshot-log'] {
  const unseen = new Set(passed.slice(0, -1))
  if (unseen.size === 0) return metadata['snapshot-log']
  const current = metadata['current-snapshot-id']
  const before = metadata['snapshot-log'].length - passed.length
  return metadata['snapshot-log'].filter(
    (entry, i) => i < before || !unseen.has(entry['snapshot-id']) || entry['snapshot-id'] === current,
  )
}

/** Somebody else's snapshot came first: who asks may try again upon that one. */
function outrun(what: string): BlotterError {
  return new BlotterError('commit_conflict', `The commit lost a race: ${what}. Nothing was applied.`, {
    todo: 'Load the table again, and commit upon what it is now.',
  })
}

function checkReference(name: string, reference: Reference): void {
  if (name === '') throw refused('a branch or tag has no name')
  if (name === MAIN && reference.type !== 'branch') throw refused('main is a branch and cannot be a tag')
  for (const limit of ['min-snapshots-to-keep', 'max-snapshot-age-ms', 'max-ref-age-ms']) {
    const value = reference[limit]
    if (value === undefined) continue
    if (Number(value) <= 0) throw refused(`${limit} of ${name} is not above zero`)
    if (reference.type === 'tag' && limit !== 'max-ref-age-ms')
      throw refused(`${limit} is of branches, and ${name} is a tag`)
  }
  if (name === MAIN && reference['max-ref-age-ms'] !== undefined)
    throw refused('main does not age: max-ref-age-ms is not for it')
}

function statisticsOf(entries: unknown): StatisticsText[] {
  return Array.isArray(entries) ? (entries as StatisticsText[]) : []
}
