import { type Clock, sleep } from '../../clock.ts'
import { asBlotterError, type BlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { lastTime, nextTime, type Schedule } from './schedule.ts'

/** Why a run was begun without anybody asking for it. */
export type Trigger = 'interrupted' | 'missed' | 'cron' | 'source_change'

/** What a scheduler asks and does. */
export interface Scheduling {
  clock: Clock
  log: Log
  /** Aborted, the run under way is interrupted by its own signal and `schedule` returns after it. */
  signal: AbortSignal
  /** Absent: no run is begun by the time of day. */
  schedule?: Schedule | undefined
  /** Absent: the source is not asked. */
  source?: SourceWatch | undefined
  /** Whether a run was broken off and is to be gone on with. */
  isInterrupted(): boolean
  /** When the newest run was begun; undefined if none ever was. */
  lastStarted(): Date | undefined
  /** Makes a batch; rejects if that fails. `held` waits for a person. */
  run(trigger: Trigger): Promise<'done' | 'held'>
  /** What is to be done from time to time beside runs; its failures are its own. */
  upkeep?: { everyMs: number; work(): Promise<void> } | undefined
  /** Default: `sleep`. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>
}

/** How a source is asked whether it has something new. */
export interface SourceWatch {
  everyMs: number
  /** What the source looks like now; undefined where it cannot say without being read. */
  mark(signal: AbortSignal): Promise<string | undefined>
  /** What it looked like when the newest batch, or the held one, was read; undefined where nobody knows. */
  known(): string | undefined
}

/** The longest rest: the wall clock may be set, and machines sleep. */
const LONGEST_REST_MS = 30_000
/** After failures, the longest pause before the source is asked again, or read again. */
const LONGEST_PAUSE_MS = 3_600_000
/** A clock that was set back by more than this was wrong before, and what it had due then counts no longer. */
const WRONG_CLOCK_MS = 86_400_000
/** When a run that is due finds the lake taken by other work, it comes again so often. */
const LOCKED_PAUSE_MS = 15_000
/** A source that changes is asked again after so long, and so often, whether it has come to rest. */
const SETTLE_MS = 2000
const SETTLE_TRIES = 5

interface Standing {
  /** Up to here, what was due has been done. */
  served: Date
  nextPollMs: number
  nextUpkeepMs: number
  failures: number
  /** The mark that was run for last, whatever came of it. */
  tried: string | undefined
  /** Until then the lake is likely to be taken. */
  lockedUntilMs: number
}

/**
 * Begins runs when they are due and when the source has something new, one at a time, until it is told to stop. However
 * many times went by while nobody was there, or while a run was under way, one run makes up for them. Nothing that
 * fails ends it.
 */
export async function schedule(scheduling: Scheduling): Promise<void> {
  const { clock, log, signal, wait = sleep } = scheduling
  const now = clock.now()
  const at = now.getTime()
  const standing: Standing = {
    served: now,
    nextPollMs: at,
    nextUpkeepMs: at,
    failures: 0,
    tried: undefined,
    lockedUntilMs: at,
  }
  await begin(scheduling, standing)
  while (!signal.aborted) {
    await keepUp(scheduling, standing)
    if (!signal.aborted && isDue(scheduling, standing)) await perform(scheduling, standing, 'cron')
    if (!signal.aborted) await poll(scheduling, standing)
    if (signal.aborted) break
    const rest = restMs(scheduling, standing)
    log.debug({ rest_ms: rest }, 'schedule rests')
    await wait(rest, signal).catch(() => undefined)
  }
}

const MISSED = 'a run was due while nobody was there: one makes up for all that were missed'

/** What was broken off goes on; what was missed is made up for by one run. */
async function begin(scheduling: Scheduling, standing: Standing): Promise<void> {
  const { clock, log, schedule: times, isInterrupted, lastStarted } = scheduling
  const now = clock.now()
  const next = times && nextTime(times, now)
  log.info(
    { cron: times?.cron, timezone: times?.timezone, next_at: next?.toISOString(), poll_ms: scheduling.source?.everyMs },
    'schedule',
  )
  if (isInterrupted()) return perform(scheduling, standing, 'interrupted')
  const started = lastStarted()
  const missed = times && lastTime(times, now)
  if (started === undefined || missed === undefined || missed <= started) return
  log.warn({ due_at: missed.toISOString(), last_started_at: started.toISOString() }, MISSED)
  standing.served = new Date(missed.getTime() - 1)
  await perform(scheduling, standing, 'missed')
}

function isDue(scheduling: Scheduling, standing: Standing): boolean {
  const { clock, log, schedule: times, lastStarted } = scheduling
  if (!times) return false
  const now = clock.now()
  if (standing.served.getTime() - now.getTime() > WRONG_CLOCK_MS) {
    log.warn(
      { now: now.toISOString(), before: standing.served.toISOString() },
      'the clock was set back: the schedule begins anew',
    )
    standing.served = now
  }
  const next = nextTime(times, standing.served)
  if (next === undefined || next > now || !isReached(standing.lockedUntilMs, clock, LOCKED_PAUSE_MS)) return false
  const started = lastStarted()
  if (started === undefined || started < next || started > now) return true
  // Another process that serves this lake, or a person, has begun what was due until then.
  standing.served = started
  return isDue(scheduling, standing)
}

async function perform(scheduling: Scheduling, standing: Standing, trigger: Trigger, mark?: string): Promise<void> {
  const { clock, log, signal, run, source } = scheduling
  const before = standing.served
  // Whatever is due until the run begins is what it is for; what comes due meanwhile calls for another one.
  standing.served = later(standing.served, clock.now())
  standing.tried = mark
  log.info({ trigger }, 'run begins by itself')
  try {
    const end = await run(trigger)
    standing.failures = 0
    if (end === 'held') log.warn({ trigger }, 'the run is held and waits for a decision')
  } catch (error) {
    const failure = asBlotterError(error)
    if (signal.aborted)
      return log.info({ trigger, code: failure.code }, 'the run was interrupted and goes on at the next start')
    if (failure.code === 'run_locked') {
      standing.served = before
      standing.lockedUntilMs = clock.now().getTime() + LOCKED_PAUSE_MS
      standing.tried = undefined
    } else standing.failures += 1
    tell(log, failure, { trigger }, 'the run that began by itself did not succeed')
  }
  if (source) standing.nextPollMs = clock.now().getTime() + pauseMs(source.everyMs, standing.failures)
}

async function poll(scheduling: Scheduling, standing: Standing): Promise<void> {
  const { clock, log, signal, source } = scheduling
  if (!source || !isReached(standing.nextPollMs, clock, pauseMs(source.everyMs, standing.failures))) return
  try {
    const mark = await source.mark(signal)
    standing.nextPollMs = clock.now().getTime() + pauseMs(source.everyMs, 0)
    if (mark === undefined || mark === source.known()) return void (standing.failures = 0)
    // What was held stays held, whatever a restart forgets; what failed is tried again after a pause.
    if (mark === standing.tried && standing.failures === 0) return
    const settled = await settledMark(scheduling, source, mark)
    if (settled === undefined || signal.aborted) return
    log.info({ mark: settled, known: source.known() ?? null }, 'the source has something new')
    await perform(scheduling, standing, 'source_change', settled)
  } catch (error) {
    if (signal.aborted) return
    standing.failures += 1
    const pause = pauseMs(source.everyMs, standing.failures)
    standing.nextPollMs = clock.now().getTime() + pause
    tell(log, asBlotterError(error), { again_in_ms: pause }, 'the source could not be asked for something new')
  }
}

/** The mark once it stands still, so that a file or a load that is still being written is not read half; or after some tries. */
async function settledMark(
  { signal, wait = sleep }: Scheduling,
  source: SourceWatch,
  first: string,
): Promise<string | undefined> {
  let mark: string | undefined = first
  for (let tries = 0; tries < SETTLE_TRIES; tries++) {
    await wait(Math.min(SETTLE_MS, source.everyMs), signal)
    const now: string | undefined = await source.mark(signal)
    if (now === mark) return mark
    mark = now
  }
  return mark
}

async function keepUp({ clock, log, upkeep, signal }: Scheduling, standing: Standing): Promise<void> {
  if (!upkeep || !isReached(standing.nextUpkeepMs, clock, upkeep.everyMs)) return
  try {
    await upkeep.work()
  } catch (error) {
    if (!signal.aborted) tell(log, asBlotterError(error), {}, 'upkeep failed')
  }
  standing.nextUpkeepMs = clock.now().getTime() + upkeep.everyMs
}

/** Reached, or so far away that the clock must have been set back since. */
function isReached(atMs: number, clock: Clock, pauseAtMostMs: number): boolean {
  const left = atMs - clock.now().getTime()
  return left <= 0 || left > pauseAtMostMs + 1000
}

function restMs({ clock, schedule: times, source, upkeep }: Scheduling, standing: Standing): number {
  const now = clock.now().getTime()
  const next = times && nextTime(times, standing.served)
  const moments = [
    next && Math.max(next.getTime(), standing.lockedUntilMs),
    source && standing.nextPollMs,
    upkeep && standing.nextUpkeepMs,
  ]
  const rests = moments.flatMap((moment) => (moment === undefined ? [] : [moment - now]))
  return Math.max(1, Math.min(LONGEST_REST_MS, ...rests))
}

/** The usual pause, doubled with each failure up to an hour. */
function pauseMs(everyMs: number, failures: number): number {
  return Math.max(everyMs, Math.min(LONGEST_PAUSE_MS, everyMs * 2 ** Math.min(failures, 20)))
}

function later(a: Date, b: Date): Date {
  return a > b ? a : b
}

function tell(log: Log, { code, message, todo }: BlotterError, fields: object, what: string): void {
  if (code === 'run_locked') log.info({ ...fields, code, message }, 'another process works on this lake')
  else log.warn({ ...fields, code, message, todo }, what)
}
