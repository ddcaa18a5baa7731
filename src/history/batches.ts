import type { Row } from '../engine/engine.ts'
import { type Table, tagsOf } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { ChangeCounts } from '../model/change.ts'
import type { RawDefinition } from '../model/pipeline.ts'
import type { BatchKind, RowCounts } from '../model/report.ts'
import { batchName } from './diff.ts'
import { kindNames } from '../model/kinds.ts'
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

/** Summary of the snapshot of `history.batches` that a batch makes: what was repaired and warned about, as JSON. */
export const BATCH_REPORT = 'blotter.report'

/** Rows by rule: what a batch repaired in them, and what it warned about. */
export interface BatchFindings {
  repairs: Record<string, number>
  warnings: Record<string, number>
}

/** What each batch found in its rows, by the snapshot that it made. */
export function findingsIn(batches: Table): Map<BatchAt, BatchFindings> {
  return new Map([...tagsOf(batches)].map(([batchAt, { summary }]) => [batchAt, findingsOf(summary)]))
}

function findingsOf(summary: Readonly<Record<string, string>>): BatchFindings {
  const { repairs = {}, warnings = {} } = JSON.parse(summary[BATCH_REPORT] ?? '{}') as Partial<BatchFindings>
  return { repairs, warnings }
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
