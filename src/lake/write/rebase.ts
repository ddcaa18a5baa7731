import { formatJson } from '../format/exact-json.ts'
import type { TableMetadata } from '../format/metadata.ts'
import { withMetadata } from './stage.ts'
import type { Table } from '../table.ts'

/** What a staged version was made upon: where another writer has changed one of these, it has to be made anew. */
const BASIS = [
  'table-uuid',
  'location',
  'format-version',
  'current-snapshot-id',
  'last-sequence-number',
  'current-schema-id',
  'schemas',
  'default-spec-id',
  'partition-specs',
  'default-sort-order-id',
  'sort-orders',
] as const

/**
 * A staged version of a table, laid upon what another writer has made of the same base meanwhile: its rows and columns have
 * to be the base's, its properties and references may be others. Undefined where they do not go together: then nothing but
 * a new version will do.
 */
export function rebase(staged: Table, base: Table, current: Table, now: Date): Table | undefined {
  const same = BASIS.every((name) => formatJson(base.metadata[name] ?? null) === formatJson(current.metadata[name] ?? null))
  if (!same) return undefined
  const properties = merged(base.metadata.properties, current.metadata.properties, staged.metadata.properties)
  const refs = merged(base.metadata.refs, current.metadata.refs, staged.metadata.refs)
  if (!properties || !refs) return undefined
  const known = new Set(base.metadata.snapshots.map((snapshot) => snapshot['snapshot-id']))
  const logged = base.metadata['snapshot-log'].length
  const own: Partial<TableMetadata> = Object.fromEntries(
    [...BASIS, 'last-column-id', 'last-partition-id'].map((name) => [name, staged.metadata[name]]),
  )
  return withMetadata(
    current,
    {
      ...own,
      properties,
      refs,
      // Others may have expired older ones.
      snapshots: [
        ...current.metadata.snapshots,
        ...staged.metadata.snapshots.filter((snapshot) => !known.has(snapshot['snapshot-id'])),
      ],
      'snapshot-log': [...current.metadata['snapshot-log'], ...staged.metadata['snapshot-log'].slice(logged)],
    },
    now,
  )
}

/** Both writers' changes of a base; undefined where they have changed one entry in different ways. */
function merged<T>(base: Record<string, T>, theirs: Record<string, T>, ours: Record<string, T>): Record<string, T> | undefined {
  const result = { ...theirs }
  const differ = (one: T | undefined, other: T | undefined): boolean => formatJson(one ?? null) !== formatJson(other ?? null)
  for (const name of new Set([...Object.keys(base), ...Object.keys(ours)])) {
    if (!differ(base[name], ours[name])) continue
    if (differ(base[name], theirs[name]) && differ(theirs[name], ours[name])) return undefined
    const value = ours[name]
    if (value === undefined) delete result[name]
    else result[name] = value
  }
  return result
}
