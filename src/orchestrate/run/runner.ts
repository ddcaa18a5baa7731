import type { Clock } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import type { RunState, StepReport } from '../../model/report.ts'
import { readRun, type RunRow } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import { readSteps } from '../../state/step-rows.ts'
import type { RunEvent } from './event.ts'
import { orderSteps } from './graph.ts'
import { openJournal, type RunEnd } from './journal.ts'
import type { Lease } from '../lease.ts'
import { performStep, type Performance } from './perform-step.ts'
import { DEFAULT_RETRY, type RetryPolicy } from './retry.ts'
import { runMissing } from './run-missing.ts'
import type { Step } from './step.ts'
import { stopSignal } from './stop-signal.ts'
import { stopwatch } from './stopwatch.ts'

export interface RunStepsOptions<Context> {
  state: State
  /** A run that `beginRun` recorded, or one to go on with. */
  run: string
  /** Every outcome is stored only while this lease is held. */
  lease: Lease
  steps: readonly Step<Context>[]
  context: Context
  /** Aborted by Ctrl-C and SIGTERM: the run stops and can go on later. */
  signal: AbortSignal
  clock: Clock
  /** Default: `DEFAULT_RETRY`. */
  retry?: RetryPolicy
  /** For jitter; default Math.random. */
  random?: () => number
  /** How long a step that is told to stop may take to do so. Default 10 seconds. */
  graceMs?: number
  /**
   * Called within the write that stores how this go ended, so that what it stores of its own is there exactly if that is.
   * Whatever it throws is ignored.
   */
  onEnd?: (end: Pick<RunResult, 'state' | 'steps' | 'outputs' | 'error'>) => void
  /** Whatever it throws is ignored: a run does not fail because somebody's view of it did. */
  onEvent?: (event: RunEvent) => void
}

export interface RunResult {
  /** `queued` if it was interrupted: it goes on later. */
  state: RunState
  /** Of the steps that finished, now or in an earlier go, by name. */
  outputs: Record<string, unknown>
  steps: StepReport[]
  /** Why it did not succeed. */
  error?: BlotterError
}

/**
 * Carries a run through its steps, one after another, and stores each outcome before the next step starts. Steps that
 * finished in an earlier go are not done again. An error whose remedy is `retry` is tried again with backoff; `run_held`
 * holds the run; an abort leaves it to be gone on with; any other error fails it and skips what comes after. Returns how
 * it ended; throws only `pipeline_invalid`, `run_missing`, `run_terminated`, `lease_lost`, and what the state throws.
 */
export async function runSteps<Context>(options: RunStepsOptions<Context>): Promise<RunResult> {
  const steps = orderSteps(options.steps)
  const { database } = options.state
  const row = readRun(database, options.run)
  if (row === undefined) throw runMissing(options.run)
  if (row.state === 'terminated') throw alreadyTerminated(row)
  const journal = openJournal(options.state, row.run, options.lease, options.clock)
  if (row.state === 'succeeded') return { state: row.state, outputs: outputsOf(options), steps: journal.reports() }

  const elapsed = stopwatch()
  const tell = quiet(options.onEvent)
  const finished = journal.start(steps.map((step) => step.name))
  tell({ type: 'run', run: row.run, state: 'running', seconds: 0 })
  using stop = stopSignal(options.signal, options.lease.lost, journal)
  const end = await performAll(
    steps.filter((step) => !finished.has(step.name)),
    {
      context: options.context,
      journal,
      tell,
      signal: stop.signal,
      outputs: outputsOf(options),
      released: row.released_at !== null,
      retry: options.retry ?? DEFAULT_RETRY,
      random: options.random ?? Math.random,
      graceMs: options.graceMs ?? 10_000,
    },
  )
  const seconds = elapsed()
  const told = quiet(options.onEnd)
  journal.endRun({ ...end, seconds }, () =>
    told({ state: end.state, outputs: outputsOf(options), steps: journal.reports(), error: end.error }),
  )
  tell({ type: 'run', run: row.run, state: end.state, seconds, error: end.error })
  return { state: end.state, outputs: outputsOf(options), steps: journal.reports(), error: end.error }
}

/** The first step that does not finish decides how the run ends. */
async function performAll<Context>(
  steps: readonly Step<Context>[],
  performance: Performance<Context>,
): Promise<Omit<RunEnd, 'seconds'>> {
  for (const step of steps) {
    const end = await performStep(step, performance)
    if (end !== undefined) return end
  }
  return { state: 'succeeded' }
}

function outputsOf(options: { state: State; run: string }): Record<string, unknown> {
  const done = readSteps(options.state.database, options.run).filter((step) => step.output !== undefined)
  return Object.fromEntries(done.map((step) => [step.name, step.output]))
}

function quiet<Told>(listener: ((told: Told) => void) | undefined): (told: Told) => void {
  return (told) => {
    try {
      listener?.(told)
    } catch {
      // A run does not fail because somebody's view of it did.
    }
  }
}

function alreadyTerminated({ run }: RunRow): BlotterError {
  return new BlotterError('run_terminated', `Run ${run} was terminated and does not go on. Nothing was changed.`, {
    todo: 'Start a new run with `blotter run`.',
    context: { run },
  })
}
