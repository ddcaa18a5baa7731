import type { Row } from '../engine/engine.ts'
import { type Table, tagsOf } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { ChangeCounts } from '../model/change.ts'
import type { RawDefinition } from '../model/pipeline.ts'
import type { BatchKind, RowCounts } from '../model/report.ts'
import { batchName } from './diff.ts'
import { kindNames } from './kinds.ts'
import { changesColumn } from './ledger.ts'
import { RESTORE, type Restore } from './restore.ts'

/** A row of `history.batches`: what `blotter batches --json` lists. */
export interface BatchFacts {
  batch_at: BatchAt
  run: string
  kind: BatchKind
  rows: RowCounts
  changes: ChangeCounts
  /** What a batch of kind `restore` brought back. */
  restore?: Restore
}

/** The restores among batches, out of the snapshots of `history.batches` that they made. */
export function restoresIn(batches: Table): Map<BatchAt, Restore> {
  const told = [...tagsOf(batches)].flatMap(([batchAt, { summary }]) => {
    const text = summary['blotter.batch'] === batchAt ? summary[RESTORE] : undefined
    return text === undefined ? [] : [[batchAt, JSON.parse(text) as Restore] as const]
  })
  return new Map(told)
}

/** SELECT of the batches in a SELECT of `history.batches`, oldest first. */
export function batchesSql(ledger: string): string {
  return `SELECT * FROM (${ledger}) ORDER BY batch_at`
}

export function batchFacts(raw: RawDefinition, row: Row): BatchFacts {
  const count = (column: string): number => Number(row[column] ?? 0)
  return {
    batch_at: batchName(row['batch_at']),
    run: String(row['run']),
    kind: String(row['kind']) as BatchKind,
    rows: {
      read: count('rows_read'),
      landed: count('rows_landed'),
      unchanged: count('rows_unchanged'),
      quarantined: count('rows_quarantined'),
      swept: count('rows_swept'),
    },
    changes: Object.fromEntries(
      kindNames(raw)
        .map((kind) => [kind, count(changesColumn(kind))] as const)
        .filter(([, n]) => n > 0),
    ),
  }
}
