import type { Clock } from '../../clock.ts'
import { insertRun, readRun } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import type { Lease } from '../lease.ts'
import { runId } from './run-id.ts'
import { runMissing } from './run-missing.ts'
import { type RunRecord, runRecord } from './runs.ts'

export interface NewRun {
  batch_at: string
  /** The kind that was asked for; null while that is open. */
  kind: string | null
  /** Stored without its password. */
  source: string
  /** What it takes to go on with this run later; JSON, without credentials. */
  options: Record<string, unknown>
}

export interface Begin {
  state: State
  lease: Lease
  clock: Clock
  /** For the run's name; default Math.random. */
  random?: () => number
}

/** Records a new run, queued, and names the lease after it. */
export function beginRun(run: NewRun, { state, lease, clock, random = Math.random }: Begin): RunRecord {
  const { database } = state
  return database.transaction(() => {
    const at = clock.now()
    let id = runId(at, random)
    while (readRun(database, id)) id = runId(at, random)
    lease.name(id)
    insertRun(database, { ...run, run: id, started_at: at.toISOString() })
    const row = readRun(database, id)
    if (row === undefined) throw runMissing(id)
    return runRecord(state, row)
  })
}
