import type { BatchAt } from './batch-at.ts'
import type { ChangeCounts } from './change.ts'

export type StepState = 'queued' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'terminated'
export type RunState = StepState | 'held'
export type BatchKind = 'full' | 'incremental' | 'restore'

/** The seven steps of a run, in order. */
export const STEPS = ['extract', 'check', 'land', 'transform', 'aggregate', 'commit', 'publish'] as const
export type StepName = (typeof STEPS)[number]

export interface RowCounts {
  read: number
  landed: number
  unchanged: number
  quarantined: number
  swept: number
}

export interface StepReport {
  name: string
  state: StepState
  seconds: number
  attempts: number
}

/** What `blotter run --json` prints. Snapshot ids are strings: they can pass 2^53. */
export interface RunReport {
  run: string
  batch_at: BatchAt
  kind: BatchKind
  state: RunState
  steps: StepReport[]
  rows: RowCounts
  repairs: Record<string, number>
  warnings: Record<string, number>
  changes: ChangeCounts
  tables: { name: string; snapshot_id: string; rows: number }[]
}
