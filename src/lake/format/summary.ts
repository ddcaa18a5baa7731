import { CONTENT, type DataFile } from './data-file.ts'
import type { Snapshot } from './metadata.ts'
import { partitionKey } from './partition.ts'

interface Tally {
  dataFiles: number
  rows: number
  deleteFiles: number
  positions: number
  sizeBytes: number
}

/**
 * A snapshot's summary (Iceberg specification, Optional Snapshot Summary Fields): its operation, what it adds and removes,
 * and totals that go on from its parent's. `extra` is added as it is.
 */
export function summaryOf(
  parent: Snapshot | undefined,
  added: readonly DataFile[],
  removed: readonly DataFile[],
  operation: string | undefined,
  extra: Readonly<Record<string, string>>,
): Record<string, string> {
  const plus = tally(added)
  const minus = tally(removed)
  const differences = {
    'added-data-files': plus.dataFiles,
    'deleted-data-files': minus.dataFiles,
    'added-records': plus.rows,
    'deleted-records': minus.rows,
    'added-delete-files': plus.deleteFiles,
    'added-position-delete-files': plus.deleteFiles,
    'added-position-deletes': plus.positions,
    'removed-delete-files': minus.deleteFiles,
    'removed-position-delete-files': minus.deleteFiles,
    'removed-position-deletes': minus.positions,
    'added-files-size': plus.sizeBytes,
    'removed-files-size': minus.sizeBytes,
    'changed-partition-count': new Set([...added, ...removed].map(partitionKey)).size,
  }
  const total = (name: string, difference: number): string => String(Number(parent?.summary[name] ?? 0) + difference)
  return {
    operation: operation ?? operationOf(plus, minus),
    ...Object.fromEntries(
      Object.entries(differences).flatMap(([name, value]) => (value > 0 ? [[name, String(value)]] : [])),
    ),
    'total-records': total('total-records', plus.rows - minus.rows),
    'total-data-files': total('total-data-files', plus.dataFiles - minus.dataFiles),
    'total-delete-files': total('total-delete-files', plus.deleteFiles - minus.deleteFiles),
    'total-position-deletes': total('total-position-deletes', plus.positions - minus.positions),
    'total-equality-deletes': total('total-equality-deletes', 0),
    'total-files-size': total('total-files-size', plus.sizeBytes - minus.sizeBytes),
    ...extra,
  }
}

function operationOf(plus: Tally, minus: Tally): string {
  const takes = plus.deleteFiles > 0 || minus.dataFiles > 0 || minus.deleteFiles > 0
  if (!takes) return 'append'
  return plus.dataFiles > 0 ? 'overwrite' : 'delete'
}

function tally(files: readonly DataFile[]): Tally {
  const sum = { dataFiles: 0, rows: 0, deleteFiles: 0, positions: 0, sizeBytes: 0 }
  for (const file of files) {
    sum.sizeBytes += file.file_size_in_bytes
    if (file.content === CONTENT.data) {
      sum.dataFiles += 1
      sum.rows += file.record_count
    } else {
      sum.deleteFiles += 1
      sum.positions += file.record_count
    }
  }
  return sum
}
