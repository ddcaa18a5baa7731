import type { RunState, StepReport } from '../../model/report.ts'
import type { ErrorRecord } from '../../state/error-record.ts'
import { type HeldRecord, readRun, readRuns, type RunRow } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import { type AttemptRow, readAttempts, readSteps, type StepRow } from '../../state/step-rows.ts'
import { stepReport } from './journal.ts'
import { leaseHolder } from '../lease.ts'
import { runMissing } from './run-missing.ts'

/** A run as it stands. Times are ISO 8601 in UTC. */
export interface RunRecord {
  run: string
  batch_at: string
  kind: string | null
  /** `queued` for a run whose process died or was interrupted: it waits to be gone on with. */
  state: RunState
  started_at: string
  finished_at: string | null
  /** Of all its goes that were seen to end; null before the first one has. */
  seconds: number | null
  /** Without password. */
  source: string
  options: Record<string, unknown>
  /** A person decided that guards let it pass. */
  released: boolean
  /** What `storeReport` recorded; null before. */
  report: unknown
  held?: HeldRecord
  error?: ErrorRecord
}

/** A step with its attempts, those that failed or died included. */
export interface StepRecord extends StepReport {
  started_at: string | null
  finished_at: string | null
  /** Of its last attempt. */
  error?: ErrorRecord
  tries: Omit<AttemptRow, 'step'>[]
  /** How far its newest attempt has come; absent where it does not say. */
  rows?: { done: number; expected?: number }
}

export interface RunDetails extends RunRecord {
  steps: StepRecord[]
}

/** Runs, the one begun last first; 100 at most unless told otherwise. */
export function listRuns(
  state: State,
  options: { limit?: number; offset?: number; states?: readonly RunState[] } = {},
): RunRecord[] {
  const { limit = 100, offset = 0, states } = options
  return readRuns(state.database, { states, limit, offset }).map((row) => runRecord(state, row))
}

/** One run with its steps and attempts; the one begun last if none is named. Throws `run_missing`. */
export function showRun(state: State, run?: string): RunDetails {
  const { database } = state
  const row = run === undefined ? readRuns(database, { limit: 1 })[0] : readRun(database, run)
  if (row === undefined) throw runMissing(run)
  const attempts = readAttempts(database, row.run)
  const steps = readSteps(database, row.run).map((step): StepRecord => {
    const tries = attempts.filter((attempt) => attempt.step === step.name).map(({ step: _, ...rest }) => rest)
    const error = tries.at(-1)?.error ?? undefined
    const times = { started_at: step.started_at, finished_at: step.ended_at }
    return { ...stepReport(step), ...times, error, tries, ...rowsOf(step) }
  })
  return { ...runRecord(state, row), steps }
}

function rowsOf({ rows_done, rows_expected }: StepRow): Pick<StepRecord, 'rows'> {
  if (rows_done === null) return {}
  return { rows: { done: rows_done, ...(rows_expected === null ? {} : { expected: rows_expected }) } }
}

export function runRecord(state: State, row: RunRow): RunRecord {
  const abandoned = row.state === 'running' && leaseHolder(state)?.run !== row.run
  return {
    run: row.run,
    batch_at: row.batch_at,
    kind: row.kind,
    state: abandoned ? 'queued' : row.state,
    started_at: row.started_at,
    finished_at: row.ended_at,
    seconds: row.seconds,
    source: row.source,
    options: row.options,
    released: row.released_at !== null,
    report: row.report,
    held: row.held ?? undefined,
    error: row.error ?? undefined,
  }
}
