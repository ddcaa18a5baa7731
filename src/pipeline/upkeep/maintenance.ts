import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Engine } from '../../engine/engine.ts'
import { BlotterError } from '../../errors.ts'
import { acquireLease, type Lease } from '../../orchestrate/lease.ts'
import { type Upkeep, upkeepName } from '../../orchestrate/lease-holder.ts'
import { listRuns, type RunRecord } from '../../orchestrate/run/runs.ts'
import type { State } from '../../state/state.ts'
import { runFolder } from '../batch/leftovers.ts'
import type { BatchMaker } from '../batch/batch-maker.ts'

/** What work on the lake as a whole is given, while no run can start. */
export interface Maintenance {
  /** Names the files that the work writes. */
  label: string
  engine: Engine
  /** Throws `lease_lost` if another process has taken the lake over, and the signal's reason. */
  assertHeld(): void
}

/** Another engine's commit meanwhile is planned upon anew, so many times in all. */
const TRIES = 3

/**
 * Does work on the lake while holding its lease. Throws `run_held` or `run_locked` if a run waits to go on: what it has
 * prepared fits the lake as it is now.
 */
export async function maintain<T>(
  maker: BatchMaker,
  what: Upkeep,
  signal: AbortSignal,
  work: (maintenance: Maintenance) => Promise<T>,
): Promise<T> {
  using lease: Lease = await acquireLease(maker.state, { clock: maker.clock, signal })
  refuseUnfinished(maker.state, what)
  return await maintainUnder(lease, maker, what, signal, work)
}

/** The same for whoever has the lease. A process that dies in here leaves a folder, by which the next run knows to sweep. */
export async function maintainUnder<T>(
  lease: Lease,
  maker: BatchMaker,
  what: Upkeep,
  signal: AbortSignal,
  work: (maintenance: Maintenance) => Promise<T>,
): Promise<T> {
  const label = upkeepName(what, maker.clock)
  lease.name(label)
  const folder = runFolder(maker.state, label)
  await mkdir(folder, { recursive: true })
  await using engine = await maker.openEngine(join(folder, 'spill'))
  const interrupt = (): void => engine.interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  try {
    const assertHeld = (): void => {
      signal.throwIfAborted()
      lease.assertHeld()
    }
    const result = await withRetry(() => work({ label, engine, assertHeld }))
    await rm(folder, { recursive: true, force: true })
    return result
  } finally {
    signal.removeEventListener('abort', interrupt)
  }
}

async function withRetry<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (tries === TRIES || !(error instanceof BlotterError && error.code === 'commit_conflict')) throw error
    }
  }
}

/** Throws `run_held` or `run_locked` if a run waits to go on with what it has prepared. Ask while holding the lease. */
export function refuseUnfinished(state: State, what: string): void {
  const held = listRuns(state, { states: ['held'], limit: 1 })[0]
  if (held)
    throw refused(
      held,
      what,
      'is held by a guard',
      '`blotter runs release` carries it to its end, `blotter runs terminate` drops it.',
    )
  const interrupted = listRuns(state, { states: ['queued', 'running'], limit: 1 })[0]
  if (interrupted)
    throw refused(interrupted, what, 'was interrupted', '`blotter run` goes on with it, `blotter runs terminate` drops it.')
}

function refused({ run, state }: RunRecord, what: string, why: string, todo: string): BlotterError {
  const message = `Run ${run} ${why}, and what it has prepared would no longer fit after \`blotter ${what}\`. Nothing was changed.`
  return new BlotterError(state === 'held' ? 'run_held' : 'run_locked', message, { todo, context: { run, state } })
}
