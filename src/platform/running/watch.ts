import type { Log, LogFields } from '../../log.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { StepState } from '../../model/report.ts'
import type { RunEvent } from '../../orchestrate/run/event.ts'
import type { BatchOutcome, BatchWatch } from '../../pipeline/batch/batch-maker.ts'
import type { RunRecorder } from './run-record.ts'

/** How a long piece of work is watched and stopped by whoever asked for it. */
export interface Watch {
  /** Aborted by Ctrl-C and SIGTERM; the work then rejects with `interrupted`. */
  signal: AbortSignal
  /** Called at most some times a second with progress; may be slow, is never awaited. */
  onEvent(event: WorkEvent): void
  /** Called with what a run came to, where it was carried here, before the upkeep that may follow it. */
  onOutcome?(outcome: BatchOutcome): Promise<void>
}

/** What happens while a run or a load works. */
export type WorkEvent =
  /** Once at the start. `goesOn` is true for an interrupted run that continues under its own batch. */
  | { type: 'run'; run: string; batch_at: BatchAt; goesOn: boolean }
  /** At each change of a step's state; `message` says why for a failed attempt, or what was found. */
  | { type: 'step'; step: string; state: StepState; attempt: number; seconds?: number; message?: string }
  /** Rows done so far in a step that runs; `expected` where it can be guessed. */
  | { type: 'rows'; step: string; rows: number; expected?: number }
  /** Something that a person should know and that stops nothing (a missing column, extra columns). */
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
    onOutcome: async (outcome) => watch.onOutcome?.(outcome),
  }
}

/** An event without the run, which the log bears already, and with no more of an error than people need. */
function loggedOf(event: RunEvent): LogFields {
  const told = event.error ? { code: event.error.code, message: event.error.message } : {}
  if (event.type === 'run') return { state: event.state, seconds: event.seconds, ...told }
  const { step, state, attempt, seconds, retryInMs } = event
  return { step, state, attempt, seconds, ...(retryInMs === undefined ? {} : { retry_in_ms: retryInMs }), ...told }
}
