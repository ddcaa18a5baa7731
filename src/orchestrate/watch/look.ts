import { type Clock, monotonicSeconds } from '../../clock.ts'
import { isRaised } from '../../state/alert-rows.ts'
import { closeDeadlines, type DeadlineRow, keepWatched, markMissed, watchedDeadlines } from '../../state/deadline-rows.ts'
import { newestBatch, readRun, type RunRow } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import { readSteps, type StepRow } from '../../state/step-rows.ts'
import { alertRun } from './alert-run.ts'
import { type Clocks, type Deadline, elapsedMs, type FirstSight, firstSight, isMissed } from './deadline.ts'
import { forecast, type PastTimes } from './forecast.ts'
import { leaseHolder } from '../lease.ts'
import { raiseAlert } from './raise.ts'
import { pastTimes, stepsSoFar } from './so-far.ts'

export interface Lookout {
  state: State
  clock: Clock
  channels: readonly string[]
  /** How old the newest batch may be; looked at only by a watcher that stays. */
  freshnessMs?: number | undefined
  /** When the schedule had a run due last; looked at only by a watcher that stays. */
  lastDue?: ((now: Date) => Date | undefined) | undefined
  /** Default: the process's own. */
  monotonicMs?: () => number
}

/** A watcher keeps what it saw of each deadline so often. */
const KEEP_EVERY_MS = 10_000
/** What changes in hours is looked at so often. */
const SLOW_EVERY_MS = 2000
/** A run that is due may begin so much later. */
const START_GRACE_MS = 5 * 60_000

/** What a watcher remembers between two looks. */
interface Memory {
  sights: Map<string, FirstSight>
  past: Map<string, PastTimes>
  keptMs: number
  slowMs: number
  since: Date
}

/** Makes the function that a watcher calls again and again: it raises what is late, once, by what all clocks say. */
export function lookout(options: Lookout): () => void {
  const { state, clock, monotonicMs = () => monotonicSeconds() * 1000 } = options
  const memory: Memory = { sights: new Map(), past: new Map(), keptMs: monotonicMs(), slowMs: -Infinity, since: clock.now() }
  return () => {
    const clocks = { wallMs: clock.now().getTime(), monotonicMs: monotonicMs() }
    const rows = watchedDeadlines(state.database)
    const keep = clocks.monotonicMs - memory.keptMs >= KEEP_EVERY_MS
    if (keep) memory.keptMs = clocks.monotonicMs
    for (const run of new Set(rows.map((row) => row.run))) {
      lookAtRun(options, memory, clocks, { run, rows: rows.filter((row) => row.run === run), keep })
    }
    if (clocks.monotonicMs - memory.slowMs < SLOW_EVERY_MS) return
    memory.slowMs = clocks.monotonicMs
    if (options.freshnessMs !== undefined) lookAtFreshness(options, memory, options.freshnessMs)
    if (options.lastDue !== undefined) lookAtSchedule(options, memory, options.lastDue)
  }
}

function lookAtRun(
  options: Lookout,
  memory: Memory,
  clocks: Clocks,
  { run, rows, keep }: { run: string; rows: readonly DeadlineRow[]; keep: boolean },
): void {
  const { state } = options
  const row = readRun(state.database, run)
  if (row === undefined || (row.state !== 'running' && row.state !== 'queued'))
    return closeDeadlines(state.database, run, 'closed')
  const steps = readSteps(state.database, run)
  const isAlive = leaseHolder(state)?.run === run
  for (const deadline of rows.filter((one) => one.state === 'open')) {
    const elapsed = elapsedOf(deadline, steps, memory, clocks)
    if (elapsed === undefined) continue
    if (keep && deadline.scope === 'run') keepWatched(state.database, run, deadline.scope, elapsed)
    if (isMissed({ limitMs: deadline.limit_ms }, elapsed)) miss(options, deadline, elapsed, isAlive)
    else if (deadline.scope === 'run' && isAlive) foresee(options, memory, row, steps, deadline, elapsed)
  }
}

/** Undefined for a step that has not begun. */
function elapsedOf(row: DeadlineRow, steps: readonly StepRow[], memory: Memory, clocks: Clocks): number | undefined {
  const [, name] = /^step (.*)$/s.exec(row.scope) ?? []
  const step = steps.find((one) => one.name === name)
  if (name !== undefined) {
    if (step === undefined || step.started_at === null || step.state === 'queued') return undefined
    if (step.state !== 'running') return step.seconds * 1000
  }
  const began = step?.started_at ?? row.started_at
  // A step of an earlier go counts from where this go began.
  const startedMs = Math.max(Date.parse(began), Date.parse(row.started_at))
  const deadline: Deadline = { limitMs: row.limit_ms, startedMs, watchedMs: row.watched_ms }
  const key = `${row.run} ${row.scope} ${row.started_at}`
  const sight = memory.sights.get(key) ?? firstSight(deadline, clocks)
  memory.sights.set(key, sight)
  return elapsedMs(deadline, sight, clocks)
}

function miss({ state, clock, channels }: Lookout, deadline: DeadlineRow, elapsed: number, isAlive: boolean): void {
  const { run, scope, limit_ms: limitMs, started_at } = deadline
  const at = clock.now()
  state.database.transaction(() => {
    // The run may have ended since it was looked at; then its end has closed this.
    if (!watchedDeadlines(state.database).some((row) => row.run === run && row.scope === scope && row.state === 'open'))
      return
    markMissed(state.database, run, scope)
    const facts = { run: alertRun(state, run, at), limitMs, elapsedMs: Math.round(elapsed) }
    const identity = { subject: run, occasion: `${scope} ${started_at}` }
    const [, step] = /^step (.*)$/s.exec(scope) ?? []
    if (step === undefined) {
      raiseAlert(
        state.database,
        identity,
        { event: 'deadline_missed', of: 'run', ...facts, process: isAlive ? 'alive' : 'gone' },
        at,
        channels,
      )
      // Nobody works on it: there is nothing more to be told of it until somebody goes on with it.
      if (!isAlive) closeDeadlines(state.database, run, 'closed')
    } else {
      raiseAlert(state.database, identity, { event: 'deadline_missed', of: 'step', step, ...facts }, at, channels)
    }
  })
}

function foresee(
  { state, clock, channels }: Lookout,
  memory: Memory,
  row: RunRow,
  steps: readonly StepRow[],
  deadline: DeadlineRow,
  elapsed: number,
): void {
  const identity = { event: 'deadline_forecast', subject: row.run, occasion: deadline.started_at } as const
  const past = memory.past.get(row.run) ?? pastTimes(state, row)
  memory.past.set(row.run, past)
  const at = clock.now()
  const found = forecast({ elapsedMs: elapsed, steps: stepsSoFar(steps, at) }, past)
  if (found === undefined || found.expectedMs <= deadline.limit_ms || isRaised(state.database, identity)) return
  const facts = {
    limitMs: deadline.limit_ms,
    elapsedMs: Math.round(elapsed),
    ...found,
    expectedMs: Math.round(found.expectedMs),
  }
  raiseAlert(
    state.database,
    identity,
    { event: 'deadline_forecast', run: alertRun(state, row.run, at), ...facts },
    at,
    channels,
  )
}

function lookAtFreshness({ state, clock, channels }: Lookout, { since }: Memory, limitMs: number): void {
  const at = clock.now()
  const { batch_at, fresh_at, first_started_at } = newestBatch(state.database, at.toISOString())
  const elapsed = at.getTime() - Date.parse(fresh_at ?? first_started_at ?? since.toISOString())
  if (elapsed <= limitMs) return
  const alert = { event: 'deadline_missed', of: 'freshness', newest: batch_at, limitMs, elapsedMs: elapsed } as const
  raiseAlert(state.database, { subject: 'freshness', occasion: batch_at ?? 'no batch' }, alert, at, channels)
}

function lookAtSchedule(
  { state, clock, channels }: Lookout,
  { since }: Memory,
  lastDue: (now: Date) => Date | undefined,
): void {
  const at = clock.now()
  const due = lastDue(at)
  if (due === undefined || due < since || at.getTime() - due.getTime() <= START_GRACE_MS || leaseHolder(state)) return
  const { newest_started_at } = newestBatch(state.database, at.toISOString())
  if (newest_started_at !== null && newest_started_at >= due.toISOString()) return
  const elapsed = at.getTime() - due.getTime()
  const alert = {
    event: 'deadline_missed',
    of: 'start',
    dueAt: due.toISOString(),
    limitMs: START_GRACE_MS,
    elapsedMs: elapsed,
  } as const
  raiseAlert(state.database, { subject: 'start', occasion: due.toISOString() }, alert, at, channels)
}
