import type { Clock } from '../../clock.ts'
import { BlotterError, type ErrorCode } from '../../errors.ts'
import { errorRecord } from '../../state/error-record.ts'
import { endRun, markReleased, markTerminateRequested, readRun, readRuns, type RunRow } from '../../state/run-rows.ts'
import { sourceWithoutPassword } from '../../state/source-name.ts'
import type { State } from '../../state/state.ts'
import { endOrphanedAttempts, endUnfinishedSteps } from '../../state/step-rows.ts'
import { leaseHolder } from '../lease.ts'
import { runMissing } from './run-missing.ts'
import { type RunRecord, runRecord } from './runs.ts'
import { terminated } from './stop-signal.ts'

/**
 * The run of this source that was interrupted (by a signal, or by its process's death) and that `blotter run` goes on
 * with: the latest, unless another run has finished since. A run that failed is not: what failed it would fail it again
 * until somebody acts, so it waits for `blotter runs resume`. Ask while holding the lease.
 */
export function interruptedRun(state: State, source: string): RunRecord | undefined {
  const name = sourceWithoutPassword(source)
  const row = readRuns(state.database, { states: ['queued', 'running'], limit: 1000 }).find((one) => one.source === name)
  return row !== undefined && !isLive(state, row.run) ? runRecord(state, row) : undefined
}

/**
 * The run that `blotter runs resume` goes on with from where it stopped: the one named, or the latest that failed or was
 * interrupted. Throws `run_missing` where there is none, `run_held`, `run_locked`, `batch_older` (another run has finished
 * since) or `usage` where that run is not one to be resumed. Ask while holding a lease that is not named yet.
 */
export function resumableRun(state: State, run?: string): RunRecord {
  const row = run === undefined ? latestOf(state, ['failed', 'queued', 'running']) : readRun(state.database, run)
  if (row === undefined) throw run === undefined ? nothing('to resume: none failed or was interrupted') : runMissing(run)
  if (isLive(state, row.run)) throw refused('run_locked', row, 'is under way', 'Wait for it to finish.')
  if (row.state === 'held') {
    throw refused('run_held', row, 'is held by a guard', 'Decide with `blotter runs release` or `blotter runs terminate`.')
  }
  if (row.superseded_by !== null) {
    const why = `has been overtaken: run ${row.superseded_by} finished since, and what this one prepared no longer fits`
    throw refused('batch_older', row, why, 'Start a new run with `blotter run`.')
  }
  if (row.state === 'failed' || isUnfinished(row)) return runRecord(state, row)
  throw refused('usage', row, `has ${row.state} already`, 'Start a new run with `blotter run`.')
}

/**
 * Lets a held run pass its guards; `runSteps` then carries it on, and so does the next `blotter run` if that is broken
 * off. Default: the one held. Throws `run_missing` where there is none, `usage` where the run named is not held.
 */
export function releaseRun(state: State, run: string | undefined, clock: Clock): RunRecord {
  return state.database.transaction(() => {
    const row = run === undefined ? latestOf(state, ['held']) : readRun(state.database, run)
    if (row === undefined) throw run === undefined ? nothing('to release: no guard holds one') : runMissing(run)
    if (row.state !== 'held') {
      throw refused('usage', row, `is not held: it is ${row.state}`, '`blotter runs list` shows which run is held.')
    }
    markReleased(state.database, row.run, clock.now().toISOString())
    return runRecord(state, readRun(state.database, row.run) ?? row)
  })
}

/**
 * Ends a run for good, by default the latest that has not come to an end. One that is under way is asked to end, which
 * its process notices within a second: `requested`. Throws `run_missing`, and `usage` where the run is over.
 */
export function terminateRun(
  state: State,
  run: string | undefined,
  clock: Clock,
): { outcome: 'terminated' | 'requested'; run: RunRecord } {
  const { database } = state
  return database.transaction(() => {
    const row = run === undefined ? latestOf(state, ['held', 'queued', 'running', 'failed']) : readRun(database, run)
    if (row === undefined) throw run === undefined ? nothing('to terminate: all have ended') : runMissing(run)
    if (row.state === 'terminated') return { outcome: 'terminated', run: runRecord(state, row) }
    if (row.state === 'succeeded' || row.state === 'skipped') {
      throw refused('usage', row, `has ${row.state} already`, 'A batch that is committed is undone by `blotter restore`.')
    }
    const at = clock.now().toISOString()
    // A process whose run is held or has failed does nothing more to it that could notice a request.
    const live = isLive(state, row.run) && isUnfinished(row)
    if (live) markTerminateRequested(database, row.run, at)
    else end(state, row.run, at)
    return { outcome: live ? 'requested' : 'terminated', run: runRecord(state, readRun(database, row.run) ?? row) }
  })
}

function end(state: State, run: string, at: string): void {
  const error = errorRecord(terminated())
  endUnfinishedSteps(state.database, run, at)
  endOrphanedAttempts(state.database, run, error)
  endRun(state.database, run, { state: 'terminated', ended_at: at, seconds: 0, error })
}

function latestOf(state: State, states: readonly RunRow['state'][]): RunRow | undefined {
  return readRuns(state.database, { states, limit: 1 })[0]
}

function isUnfinished(row: RunRow): boolean {
  return row.state === 'queued' || row.state === 'running'
}

/** Whether a process that is not seen to be dead holds the lease for this run. */
function isLive(state: State, run: string): boolean {
  return leaseHolder(state)?.run === run
}

function nothing(what: string): BlotterError {
  return new BlotterError('run_missing', `There is no run ${what}. Nothing was changed.`, {
    todo: '`blotter runs list` shows the runs and their states.',
  })
}

function refused(code: ErrorCode, row: RunRow, why: string, todo: string): BlotterError {
  const { run, state } = row
  return new BlotterError(code, `Run ${run} ${why}. Nothing was changed.`, { todo, context: { run, state } })
}
