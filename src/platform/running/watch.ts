import type { Log, LogFields } from '../../log.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { BatchKind, RunReport, StepState } from '../../model/report.ts'
import type { RunEvent } from '../../orchestrate/event.ts'
import type { RunDetails, RunRecord } from '../../orchestrate/runs.ts'
import type { BatchWatch } from '../../pipeline/make-batch.ts'
import type { RunRecorder } from './run-record.ts'

/** How work is watched and stopped by who asked for it. */
export interface Watch {
  signal: AbortSignal
  onEvent(event: WorkEvent): void
}

export type WorkEvent =
  | { type: 'run'; run: string; batch_at: BatchAt; goesOn: boolean }
  | { type: 'step'; step: string; state: StepState; attempt: number; seconds?: number; message?: string }
  | { type: 'rows'; step: string; rows: number; expected?: number }
  | { type: 'notice'; message: string }

/** A watch of whoever asked as the maker of batches wants it; everything is logged as well, and kept where others look. */
export function batchWatch(watch: Watch, log: Log, record: RunRecorder): BatchWatch {
  // From here on every line bears the run.
  let own = log
  let named = ''
  const early: string[] = []
  return {
    signal: watch.signal,
    onStart: (run) => {
      own = log.child({ run: run.run, batch_at: run.batch_at })
      own.info({ goes_on: run.goesOn }, 'run')
      named = run.run
      for (const message of early.splice(0)) record.notice(named, message)
      watch.onEvent({ type: 'run', ...run })
    },
    onEvent: (event) => {
      own.info(loggedOf(event), event.type)
      if (event.type !== 'step') return
      const { step, state, attempt, seconds, error } = event
      watch.onEvent({ type: 'step', step, state, attempt, seconds, ...(error ? { message: error.message } : {}) })
    },
    onRows: (step, rows, expected) => {
      record.rows(named, step, rows, expected)
      watch.onEvent({ type: 'rows', step, rows, ...(expected === undefined ? {} : { expected }) })
    },
    onNotice: (message) => {
      own.warn({}, message)
      // What is noticed before the run has its name is kept with it all the same.
      if (named === '') early.push(message)
      else record.notice(named, message)
      watch.onEvent({ type: 'notice', message })
    },
  }
}

/** An event without the run, which the log bears already, and with no more of an error than people need. */
function loggedOf(event: RunEvent): LogFields {
  const told = event.error ? { code: event.error.code, message: event.error.message } : {}
  if (event.type === 'run') return { state: event.state, seconds: event.seconds, ...told }
  const { step, state, attempt, seconds, retryInMs } = event
  return { step, state, attempt, seconds, ...(retryInMs === undefined ? {} : { retry_in_ms: retryInMs }), ...told }
}

/** A run as `runs list` shows it. */
export function summaryOf({ run, batch_at, kind, state, started_at, finished_at, seconds, source }: RunRecord) {
  return { run, batch_at, kind: kind as BatchKind | null, state, started_at, finished_at, seconds, source }
}

/** A run as `runs show` shows it. */
export function detailOf(run: RunDetails) {
  const told = (error: RunRecord['error']) => error && { code: error.code, message: error.message, todo: error.todo }
  const steps = run.steps.map(({ tries: _, error, ...step }) => ({ ...step, ...(error ? { error: told(error)! } : {}) }))
  return {
    ...summaryOf(run),
    steps,
    ...(run.error ? { error: told(run.error)! } : {}),
    ...(run.held ? { held: run.held } : {}),
    ...(run.report ? { report: run.report as RunReport } : {}),
  }
}
