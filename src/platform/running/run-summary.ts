import type { BatchAt } from '../../model/batch-at.ts'
import type { BatchKind, RunReport, RunState, StepReport } from '../../model/report.ts'
import type { RunDetails, RunRecord, StepRecord } from '../../orchestrate/run/runs.ts'
import type { BatchOutcome } from '../../pipeline/batch/batch-maker.ts'
import type { ErrorRecord } from '../../state/error-record.ts'

/** An element of `runs list --json`. */
export interface RunSummary {
  run: string
  batch_at: BatchAt
  kind: BatchKind | null
  state: RunState
  started_at: string
  finished_at: string | null
  seconds: number | null
  /** Without password. */
  source: string
}

/** What people are shown of an error. */
export type ErrorReport = Pick<ErrorRecord, 'code' | 'message' | 'todo'>

/** `runs show --json`. */
export interface RunDetail extends RunSummary {
  steps: (Omit<StepRecord, 'tries' | 'error'> & { error?: ErrorReport })[]
  error?: ErrorReport
  held?: BatchOutcome['held']
  /** What `run --json` printed, once the run has got so far. */
  report?: RunReport
}

export function summaryOf(run: RunRecord): RunSummary {
  const { batch_at, kind, state, started_at, finished_at, seconds, source } = run
  return { run: run.run, batch_at, kind: kind as BatchKind | null, state, started_at, finished_at, seconds, source }
}

/** A run with the states of its steps. */
export function lineOf(run: RunDetails): RunSummary & { steps: StepReport[] } {
  const steps = run.steps.map(({ name, state, seconds, attempts }) => ({ name, state, seconds, attempts }))
  return { ...summaryOf(run), steps }
}

export function detailOf(run: RunDetails): RunDetail {
  const steps = run.steps.map(({ tries: _, error, ...step }) => ({ ...step, ...(error ? { error: told(error) } : {}) }))
  return {
    ...summaryOf(run),
    steps,
    ...(run.error ? { error: told(run.error) } : {}),
    ...(run.held ? { held: run.held } : {}),
    ...(run.report ? { report: run.report as RunReport } : {}),
  }
}

function told({ code, message, todo }: ErrorRecord): ErrorReport {
  return { code, message, todo }
}
