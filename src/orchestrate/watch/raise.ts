import type { BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'
import type { Alert, AlertIdentity, DigestReport } from '../../model/alert.ts'
import { insertAlert, isRaised, lastRaised, markRecovered, openTroubles } from '../../state/alert-rows.ts'
import type { Database } from '../../state/database.ts'
import { closeDeadlines, markMissed, openDeadline, readDeadline, watchedDeadlines } from '../../state/deadline-rows.ts'
import { countStates, readRun } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import { alertRun } from './alert-run.ts'
import { isMissed } from './deadline.ts'
import type { RunResult } from '../run/runner.ts'

/** What people want to be told, and by which channels. */
export interface AlertWishes {
  /** Names of the channels; with none, nothing is raised. */
  channels: readonly string[]
  digest: 'never' | 'daily' | 'run'
  sla: { runMs: number; stepsMs: Readonly<Record<string, number>> }
}

/**
 * Stores an alert for each channel; false if it is stored already, or nobody is to be told. Within a transaction it is there
 * exactly if what it tells of is.
 */
export function raiseAlert(
  database: Database,
  identity: Omit<AlertIdentity, 'event'>,
  alert: Alert,
  at: Date,
  channels: readonly string[],
): boolean {
  // What is found again and again is looked up, which takes no lock.
  if (channels.length === 0 || isRaised(database, { ...identity, event: alert.event })) return false
  const facts = redaction.document(alert)
  return insertAlert(database, { ...identity, event: alert.event, alert: facts, raised_at: at.toISOString() }, channels)
}

/** Stores how long a run and its steps may take, before it starts or goes on. */
export function openDeadlines(state: State, run: string, { channels, sla }: AlertWishes, at: Date): void {
  if (channels.length === 0) return
  const started_at = at.toISOString()
  state.database.transaction(() => {
    openDeadline(state.database, { run, scope: 'run', limit_ms: sla.runMs, started_at })
    for (const [step, limit_ms] of Object.entries(sla.stepsMs)) {
      openDeadline(state.database, { run, scope: `step ${step}`, limit_ms, started_at })
    }
  })
}

/** Raises what the end of a run calls for, in the write that stores that end. */
export function raiseRunEnd(
  state: State,
  run: string,
  result: Pick<RunResult, 'state' | 'error'>,
  options: { wishes: AlertWishes; at: Date; report(): DigestReport | null },
): void {
  const { wishes, at } = options
  if (wishes.channels.length === 0) return
  if (result.state === 'succeeded') return raiseSuccess(state, run, options)
  closeDeadlines(state.database, run, 'closed')
  if (result.error === undefined) return
  if (result.state === 'failed') raiseFailure(state, run, result.error, wishes, at)
  if (result.state === 'held') raiseHeld(state, run, result.error, wishes, at)
}

function raiseFailure(state: State, run: string, error: BlotterError, { channels }: AlertWishes, at: Date): void {
  const { code, message, todo } = error
  const alert: Alert = { event: 'run_failed', run: alertRun(state, run, at), error: { code, message, todo } }
  raiseAlert(state.database, { subject: run, occasion: at.toISOString() }, alert, at, channels)
}

function raiseHeld(state: State, run: string, error: BlotterError, { channels }: AlertWishes, at: Date): void {
  const { guard, run: _, ...rest } = error.context
  const numbers = Object.entries(rest).filter(
    (entry): entry is [string, string | number] => typeof entry[1] === 'string' || typeof entry[1] === 'number',
  )
  const alert: Alert = {
    event: 'run_held',
    run: alertRun(state, run, at),
    guard: String(guard ?? error.code),
    message: error.message,
    todo: error.todo,
    numbers: Object.fromEntries(numbers),
  }
  raiseAlert(state.database, { subject: run, occasion: at.toISOString() }, alert, at, channels)
}

function raiseSuccess(
  state: State,
  run: string,
  options: { wishes: AlertWishes; at: Date; report(): DigestReport | null },
): void {
  const { database } = state
  const { wishes, at } = options
  raiseUnseenMiss(state, run, wishes, at)
  closeDeadlines(database, run, 'met')
  const troubles = openTroubles(database, readRun(database, run)?.kind === 'restore' ? 'restores' : 'all')
  for (const { sequence } of troubles) markRecovered(database, sequence, run)
  if (troubles.length > 0) {
    const limit = readDeadline(database, run, 'run')
    const alert: Alert = {
      event: 'recovered',
      run: alertRun(state, run, at),
      troubles: troubles.map(({ event, run: of, raised_at }) => ({ event, run: of, raised_at })),
      ...(limit ? { limitMs: limit.limit_ms } : {}),
    }
    raiseAlert(database, { subject: run, occasion: at.toISOString() }, alert, at, wishes.channels)
  }
  raiseDigest(state, run, options)
}

/** A run that was late while nobody watched, because the watcher had been killed: people learn of it at its end. */
function raiseUnseenMiss(state: State, run: string, { channels }: AlertWishes, at: Date): void {
  const { database } = state
  const open = watchedDeadlines(database).find((row) => row.run === run && row.scope === 'run' && row.state === 'open')
  if (open === undefined) return
  const elapsed = Math.max(open.watched_ms, at.getTime() - Date.parse(open.started_at))
  if (!isMissed({ limitMs: open.limit_ms }, elapsed)) return
  markMissed(database, run, 'run')
  const facts = { run: alertRun(state, run, at), limitMs: open.limit_ms, elapsedMs: elapsed, process: 'alive' } as const
  raiseAlert(
    database,
    { subject: run, occasion: `run ${open.started_at}` },
    { event: 'deadline_missed', of: 'run', ...facts },
    at,
    channels,
  )
}

function raiseDigest(
  state: State,
  run: string,
  { wishes, at, report }: { wishes: AlertWishes; at: Date; report(): DigestReport | null },
): void {
  const { database } = state
  if (wishes.digest === 'never') return
  const since = lastRaised(database, 'digest') ?? null
  const day = at.toISOString().slice(0, 10)
  const daily = wishes.digest === 'daily'
  const alert: Alert = {
    event: 'digest',
    since,
    runs: countStates(database, since ?? ''),
    run: alertRun(state, run, at),
    report: report(),
  }
  raiseAlert(
    database,
    daily ? { subject: 'digest', occasion: day } : { subject: run, occasion: at.toISOString() },
    alert,
    at,
    wishes.channels,
  )
}
