import type { Clock } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import type { RunState, StepReport, StepState } from '../../model/report.ts'
import { errorRecord } from '../../state/error-record.ts'
import {
  endRun,
  type HeldRecord,
  markOthersSuperseded,
  readRun,
  readRuns,
  type RunRow,
  startRun,
} from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import {
  type AttemptState,
  endAttempt,
  endOrphanedAttempts,
  endStep,
  endUnfinishedSteps,
  forgetLargeOutputs,
  queueStep,
  readSteps,
  startAttempt,
  type StepRow,
} from '../../state/step-rows.ts'
import type { Lease } from '../lease.ts'

/** Writes down what happens to one run. Each call is on disk when it returns, or throws `lease_lost` and writes nothing. */
export interface Journal {
  /** The run is under way; finished steps stay as they are, all others are queued. Returns those that are finished. */
  start(steps: readonly string[]): Map<string, StepRow>
  startAttempt(step: string): number
  endAttempt(step: string, attempt: AttemptEnd): void
  /** Ends the step, and its attempt if one is under way, in one write. */
  endStep(step: string, end: StepEnd): void
  /** `within` is called in the same write, after it. */
  endRun(end: RunEnd, within?: () => void): void
  isTerminateRequested(): boolean
  reports(): StepReport[]
}

export interface AttemptEnd {
  number: number
  state: AttemptState
  error?: BlotterError
}

export interface StepEnd {
  /** `queued` for a step that is to be done again when the run goes on. */
  state: StepState
  seconds: number
  output?: string
  attempt?: AttemptEnd
}

export interface RunEnd {
  state: RunState
  seconds: number
  held?: HeldRecord
  error?: BlotterError
}

export function openJournal(state: State, run: string, lease: Lease, clock: Clock): Journal {
  const { database } = state
  const now = (): string => clock.now().toISOString()
  const fenced = <Result>(write: () => Result): Result =>
    database.transaction(() => {
      lease.assertHeld()
      return write()
    })
  return {
    start: (steps) =>
      fenced(() => {
        lease.name(run)
        endOrphanedAttempts(database, run, errorRecord(processEnded()))
        const finished = new Map(
          readSteps(database, run)
            .filter(isFinished)
            .map((row) => [row.name, row]),
        )
        for (const [position, name] of steps.entries()) {
          if (!finished.has(name)) queueStep(database, run, { name, position })
        }
        startRun(database, run)
        return finished
      }),
    startAttempt: (step) => fenced(() => startAttempt(database, run, step, now())),
    endAttempt: (step, attempt) => fenced(() => endAttempt(database, run, step, stored(attempt, now()))),
    endStep: (step, { attempt, ...end }) =>
      fenced(() => {
        const at = now()
        if (attempt) endAttempt(database, run, step, stored(attempt, at))
        endStep(database, run, step, { ...end, at: end.state === 'queued' ? null : at })
      }),
    endRun: (end, within) =>
      fenced(() => {
        const at = now()
        if (end.state === 'failed' || end.state === 'terminated') endUnfinishedSteps(database, run, at)
        const error = end.error && errorRecord(end.error)
        endRun(database, run, { ...end, error, ended_at: end.state === 'queued' ? null : at })
        supersedeOthers(state, run, end.state, at)
        within?.()
      }),
    isTerminateRequested: () => (readRun(database, run)?.terminate_requested_at ?? null) !== null,
    reports: () => readSteps(database, run).map(stepReport),
  }
}

function stored({ number, state, error }: AttemptEnd, at: string): Parameters<typeof endAttempt>[3] {
  return { number, state, at, error: error && errorRecord(error) }
}

export function stepReport({ name, state, seconds, attempts }: StepRow): StepReport {
  return { name, state, seconds, attempts }
}

/** A step that was skipped because an earlier one failed has no attempt, and is done when the run goes on. */
function isFinished(step: StepRow): boolean {
  return step.state === 'succeeded' || (step.state === 'skipped' && step.attempts > 0)
}

/**
 * A run that finished leaves the others that were under way or held without a future: what they prepared was made
 * against the lake as it was before. A run that is held takes the place of an older one that was: at most one waits for
 * a decision.
 */
function supersedeOthers(state: State, by: string, ended: RunState, at: string): void {
  if (ended !== 'succeeded' && ended !== 'held') return
  const states: RunState[] = ended === 'succeeded' ? ['queued', 'running', 'held'] : ['held']
  for (const old of readRuns(state.database, { states, limit: 1000 })) {
    if (old.run !== by) giveUp(state, old, by, at)
  }
  if (ended === 'held') return
  markOthersSuperseded(state.database, by)
  forgetLargeOutputs(state.database, by)
}

function giveUp(state: State, old: RunRow, by: string, at: string): void {
  const message = `Run ${old.run} was given up: run ${by} took its place. Nothing of it was committed.`
  const error = errorRecord(
    new BlotterError('run_terminated', message, { todo: 'Nothing: the newer run has it all.', context: { by } }),
  )
  endUnfinishedSteps(state.database, old.run, at)
  endOrphanedAttempts(state.database, old.run, error)
  endRun(state.database, old.run, { state: 'terminated', ended_at: at, seconds: 0, error })
}

function processEnded(): BlotterError {
  return new BlotterError('interrupted', 'The process ended in the midst of this attempt.', {
    todo: 'Nothing: the run went on with another attempt.',
  })
}
