import { randomUUID } from 'node:crypto'
import { type Clock, monotonicSeconds, sleep } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import { beatLease, deleteLease, type LeaseRow, nameLease, readLease, writeLease } from '../state/lease-row.ts'
import type { State } from '../state/state.ts'
import { holdingOf, runLocked } from './lease-holder.ts'
import { isRunning, thisProcess } from './process-mark.ts'

/** The right to change a lake, which one process has at a time. */
export interface Lease {
  /** Aborted with `lease_lost` when another process has taken the lease over; the work must stop then. */
  readonly lost: AbortSignal
  /** Says which run the lease is held for, so that others are told. */
  name(run: string): void
  /** Throws `lease_lost` unless the lease is still this one. Within a transaction of the state it fences what follows. */
  assertHeld(): void
  /** Gives the lease back; does nothing if it is lost or given back already. */
  release(): void
  [Symbol.dispose](): void
}

export interface LeaseOptions {
  clock: Clock
  /** The run, or the work, that it is held for; may be named later. */
  run?: string
  /** How often a holder says that it lives. Default 2 seconds. */
  heartbeatMs?: number
  /** How long a holder that cannot be seen from here may be silent before it loses the lease. Default 10 seconds. */
  staleMs?: number
  /** Told once of a holder that will be done in some seconds and is waited for; left out, nobody is waited for. */
  onWait?: ((message: string) => void) | undefined
  /** How long such a holder is waited for. Default 1 minute. */
  waitMs?: number
  signal?: AbortSignal
}

/**
 * Takes the lease of a lake, or throws `run_locked` saying who holds it. A dead process on this host loses it at once,
 * told by its number and its start; one that cannot be seen from here loses it when its heartbeat has stood still for
 * `staleMs`, as watched on this process's own monotonic clock: no two machines have to agree on the time.
 */
export async function acquireLease(state: State, options: LeaseOptions): Promise<Lease> {
  const { clock, run = null, heartbeatMs = 2000, staleMs = 10_000, signal } = options
  const token = randomUUID()
  const patience = patienceOf(state, options)
  let watched: { holder: LeaseRow; since: number } | undefined
  for (;;) {
    const holder = state.database.transaction(() => {
      const row = readLease(state.database)
      const silent = watched !== undefined && row !== undefined && !hasMoved(watched.holder, row)
      const stale = silent && (monotonicSeconds() - (watched?.since ?? 0)) * 1000 >= staleMs
      if (row !== undefined && !stale && isRunning(row) !== false) return row
      writeLease(state.database, { token, run, ...thisProcess(), since: clock.now().toISOString() })
      return undefined
    })
    if (holder === undefined) return heldLease(state, token, { clock, heartbeatMs })
    if (isRunning(holder) === true || (watched && hasMoved(watched.holder, holder))) patience(holder)
    else watched ??= { holder, since: monotonicSeconds() }
    await sleep(Math.min(heartbeatMs, staleMs, 250), signal)
  }
}

/** The process that holds the lease of a lake now; undefined if nobody does, or only a process that is seen to be dead. */
export function leaseHolder(state: State): LeaseRow | undefined {
  const row = readLease(state.database)
  return row !== undefined && isRunning(row) !== false ? row : undefined
}

/** Throws `run_locked` for a holder that lives, unless it is one to wait for and there is time left. */
function patienceOf(state: State, { onWait, waitMs = 60_000 }: LeaseOptions): (holder: LeaseRow) => void {
  let since: number | undefined
  return (holder) => {
    const holding = holdingOf(state.database, holder)
    const waitedMs = since === undefined ? 0 : (monotonicSeconds() - since) * 1000
    if (!onWait || !holding.isBrief || waitedMs >= waitMs) throw runLocked(holder, holding)
    if (since !== undefined) return
    since = monotonicSeconds()
    onWait(`Waiting for ${holding.what}, process ${holder.pid} on ${holder.host}, to be done with this lake.`)
  }
}

function hasMoved(before: LeaseRow, now: LeaseRow): boolean {
  return before.token !== now.token || before.beats !== now.beats
}

function heldLease(state: State, token: string, options: { clock: Clock; heartbeatMs: number }): Lease {
  const { database } = state
  const lost = new AbortController()
  const check = (held: boolean): void => {
    if (held) return
    clearInterval(heart)
    if (!lost.signal.aborted) lost.abort(leaseLost())
    throw lost.signal.reason
  }
  const heart = setInterval(() => {
    try {
      check(beatLease(database, token, options.clock.now().toISOString()))
    } catch {
      // A missed beat harms nothing by itself: the next one follows, and every outcome is fenced by assertHeld.
    }
  }, options.heartbeatMs)
  heart.unref()
  const release = (): void => {
    clearInterval(heart)
    deleteLease(database, token)
  }
  return {
    lost: lost.signal,
    name: (run) => check(nameLease(database, token, run)),
    assertHeld: () => check(readLease(database)?.token === token),
    release,
    [Symbol.dispose]: release,
  }
}

function leaseLost(): BlotterError {
  return new BlotterError(
    'lease_lost',
    'Another process took this lake over, because this one gave no sign of life for too long. It stops here.',
    { todo: 'Look at the other run with `blotter runs list`; it goes on where this one stopped.' },
  )
}
