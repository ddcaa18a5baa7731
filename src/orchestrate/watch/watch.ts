import { statSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { monotonicSeconds, sleep } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { nextDelivery } from '../../state/alert-rows.ts'
import { countOpenDeadlines } from '../../state/deadline-rows.ts'
import type { State } from '../../state/state.ts'
import { deleteWatcher, readWatcher, writeWatcher } from '../../state/watcher-row.ts'
import type { Delivered } from './deliver.ts'
import { leaseHolder } from '../lease.ts'
import { isRunning, type ProcessMark, thisProcess } from '../process-mark.ts'

export interface Watching {
  state: State
  clock: Clock
  log: Log
  signal: AbortSignal
  /** Looks at what may be late, and raises what is. */
  look(): void
  /** Sends what is due. */
  deliver(signal: AbortSignal): Promise<Delivered>
  /** True for a watcher that does not end with the runs, as beside a server. */
  stay: boolean
  /** How often it looks. Default 500 ms. */
  everyMs?: number
  /** How long it goes on trying to send when no run is under way. Default 2 minutes; then the next run tries again. */
  lingerMs?: number
}

/** So many looks in a row that fail altogether mean that the state is damaged, which the next run says. */
const MOST_FAILURES = 120
/** How often one that waits for its turn looks whether the other has ended. */
const TURN_EVERY_MS = 2000
/** How long what is being sent may take when the watcher is told to stop. */
const LAST_SEND_MS = 3000

/**
 * Watches a lake's deadlines and sends its alerts, in a process of its own, so that a run that hangs or dies is told of too.
 * One process a lake does so: another one ends at once (`taken`), or with `stay` waits for its turn. Without `stay` it
 * ends when no run is under way and nothing more is to be sent soon.
 */
export async function watch(watching: Watching): Promise<'done' | 'taken'> {
  const { state, signal, stay, everyMs = 500 } = watching
  const file = fileOf(state)
  const own = thisProcess()
  while (!take(watching, own)) {
    if (!stay) return 'taken'
    if (signal.aborted || (await rested(TURN_EVERY_MS, signal))) return 'taken'
  }
  const sender = sending(watching)
  let busySeconds = monotonicSeconds()
  /** True if it is time to end. */
  const lookAround = (): boolean => {
    if (!isOurs(state, own)) return true
    quietly(watching, watching.look)
    if (isDeliveryDue(watching)) sender.go()
    if (isRunUnderWay(state)) busySeconds = monotonicSeconds()
    return !stay && !sender.isSending() && endIfIdle(watching, monotonicSeconds() - busySeconds)
  }
  try {
    for (let failures = 0; failures < MOST_FAILURES && !signal.aborted && fileOf(state) === file;) {
      const end = quietly(watching, lookAround)
      if (end === true) return 'done'
      failures = end === undefined ? failures + 1 : 0
      if (await rested(everyMs, signal)) break
    }
    await sender.settled()
    return 'done'
  } finally {
    if (fileOf(state) === file) {
      quietly(watching, () => state.database.transaction(() => isOurs(state, own) && deleteWatcher(state.database)))
    }
  }
}

/** Whether a process watches this lake now. */
export function isWatched(state: State): boolean {
  const watcher = readWatcher(state.database)
  return watcher !== undefined && isRunning(watcher.mark as ProcessMark) !== false
}

function take({ state, clock }: Watching, own: ProcessMark): boolean {
  return state.database.transaction(() => {
    if (isWatched(state)) return false
    writeWatcher(state.database, own, clock.now().toISOString())
    return true
  })
}

function isOurs(state: State, own: ProcessMark): boolean {
  const mark = readWatcher(state.database)?.mark as ProcessMark | undefined
  return mark?.pid === own.pid && mark.process_started === own.process_started && mark.process_space === own.process_space
}

/**
 * Ends the watch if there is nothing to watch and nothing to send soon, in one write: a run that begins now either finds this
 * watcher, which then sees its deadlines, or none, and starts one.
 */
function endIfIdle({ state, clock, lingerMs = 120_000 }: Watching, idleSeconds: number): boolean {
  return state.database.transaction(() => {
    if (isRunUnderWay(state)) return false
    const now = clock.now()
    const next = nextDelivery(state.database, now.toISOString())
    const leftMs = lingerMs - idleSeconds * 1000
    if (next !== undefined && leftMs > 0 && Date.parse(next) - now.getTime() <= leftMs) return false
    deleteWatcher(state.database)
    return true
  })
}

function isDeliveryDue({ state, clock }: Watching): boolean {
  const now = clock.now().toISOString()
  const next = nextDelivery(state.database, now)
  return next !== undefined && next <= now
}

function isRunUnderWay(state: State): boolean {
  return countOpenDeadlines(state.database) > 0 || leaseHolder(state) !== undefined
}

/** At most one sending at a time, beside the watch. */
function sending({ deliver, signal, log }: Watching) {
  let current: Promise<void> | undefined
  return {
    isSending: () => current !== undefined,
    go(): void {
      current ??= deliver(signal)
        .then(({ sent, failed }) => {
          if (sent > 0) log.info({ sent }, 'alerts')
          for (const { channel, event, error } of failed)
            log.warn({ channel, event, code: error.code, message: error.message }, 'alert not sent')
        })
        .catch((error: unknown) => log.warn({ message: asBlotterError(error).message }, 'alerts'))
        .finally(() => (current = undefined))
    },
    async settled(): Promise<void> {
      await Promise.race([current, sleep(LAST_SEND_MS)])
    },
  }
}

/** A watcher outlives what goes wrong once: the next look comes in half a second. */
function quietly<Result>({ log }: Watching, work: () => Result): Result | undefined {
  try {
    return work()
  } catch (error) {
    log.warn({ message: asBlotterError(error).message }, 'watch')
    return undefined
  }
}

/** Rests; true if it was told to stop meanwhile. */
function rested(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, signal).then(
    () => false,
    () => true,
  )
}

/** Which file the state is in; another one, or none, means that the lake was removed or its state made anew. */
function fileOf(state: State): string | undefined {
  try {
    const { dev, ino } = statSync(state.database.file, { bigint: true })
    return `${dev} ${ino}`
  } catch {
    return undefined
  }
}
