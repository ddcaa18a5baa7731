import type { AlertAttempt, AlertRun, AlertStep } from '../../model/alert.ts'
import { readRun } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import { readAttempts, readSteps } from '../../state/step-rows.ts'
import { runMissing } from '../run/run-missing.ts'

/** The last so many attempts that did not succeed are told. */
const MAX_ATTEMPTS = 8

/** A run as an alert tells of it; a step that is under way has the seconds since its last attempt began. */
export function alertRun(state: State, run: string, now: Date): AlertRun {
  const { database } = state
  const row = readRun(database, run)
  if (row === undefined) throw runMissing(run)
  const tries = readAttempts(database, run)
  const since = (iso: string): number => Math.max(0, (now.getTime() - Date.parse(iso)) / 1000)
  const steps = readSteps(database, run).map(({ name, state: stepState, seconds, attempts }): AlertStep => {
    const begun = tries.findLast((one) => one.step === name && one.state === 'running')
    return { name, state: stepState, seconds: begun ? seconds + since(begun.started_at) : seconds, attempts }
  })
  const attempts = tries.flatMap(({ step, attempt, state: tryState, started_at, error }): AlertAttempt[] =>
    error === null ? [] : [{ step, attempt, state: tryState, started_at, message: error.message }],
  )
  return {
    run,
    batch_at: row.batch_at,
    kind: row.kind,
    state: row.state,
    source: row.source,
    started_at: row.started_at,
    seconds: row.ended_at === null ? since(row.started_at) : (row.seconds ?? 0),
    steps,
    attempts: attempts.slice(-MAX_ATTEMPTS),
  }
}
