import type { Integer } from '../format/exact-json.ts'
import type { Snapshot } from '../format/metadata.ts'
import { snapshotOf, type Table } from '../table.ts'

/**
 * The snapshots with the rows of this one, itself first: those that follow it on main and only replace files
 * (Iceberg: operation `replace`, which is what compaction does). The last is the cheapest to read.
 */
export function equalSnapshots(table: Table, snapshot: Snapshot): [Snapshot, ...Snapshot[]] {
  const successors = successorsOnMain(table)
  const equal: [Snapshot, ...Snapshot[]] = [snapshot]
  for (;;) {
    const next = successors.get(equal.at(-1)!['snapshot-id'])
    // Another schema would show this version with columns that it did not have.
    if (next?.summary['operation'] !== 'replace' || next['schema-id'] !== snapshot['schema-id']) return equal
    equal.push(next)
  }
}

const known = new WeakMap<Table, Map<Integer, Snapshot>>()

/** By a snapshot's id, the one that follows it on main. A table never changes, so that one look at each is enough. */
function successorsOnMain(table: Table): Map<Integer, Snapshot> {
  const found = known.get(table)
  if (found) return found
  const byId = new Map(table.metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  const successors = new Map<Integer, Snapshot>()
  for (let at = snapshotOf(table); at;) {
    const parent = at['parent-snapshot-id']
    if (parent === undefined || successors.has(parent)) break
    successors.set(parent, at)
    at = byId.get(parent)
  }
  known.set(table, successors)
  return successors
}
