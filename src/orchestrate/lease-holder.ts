import type { Clock } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import type { Database } from '../state/database.ts'
import type { LeaseRow } from '../state/lease-row.ts'
import { readRun } from '../state/run-rows.ts'
import { runId } from './run/run-id.ts'

/** Work on a lake as a whole, which takes its lease as a run does and is on no record of runs. */
const UPKEEP = { compact: 'compaction', expire: 'expiry', relocate: 'relocation', lift: 'lifting of a restore' } as const

export type Upkeep = keyof typeof UPKEEP

/** What upkeep holds the lease under and names its files by, such as `compact-20261123T060000Z-x7k2`. */
export function upkeepName(upkeep: Upkeep, clock: Clock): string {
  return `${upkeep}-${runId(clock.now(), Math.random)}`
}

/** What the holder of a lease is at, as others are told. */
export interface Holding {
  /** `the compaction compact-20261123T060000Z-x7k2` */
  what: string
  /** What to do for whoever wants the lake now. */
  todo: string
  /** True for what is over in some seconds, so that waiting for it is all that anybody would do. */
  isBrief: boolean
}

export function holdingOf(database: Database, { run: name, pid }: LeaseRow): Holding {
  const stop = `Ctrl-C where it was started (\`kill -INT ${pid}\`)`
  const run = name === null ? undefined : readRun(database, name)
  if (run && (run.state === 'queued' || run.state === 'running')) {
    const todo = `Wait for it to finish. ${stop} interrupts it; \`blotter runs terminate ${run.run}\` ends it for good.`
    return { what: `the ${run.kind === 'restore' ? 'restore' : 'run'} ${run.run}`, todo, isBrief: false }
  }
  if (run) {
    return {
      what: `the run ${run.run} (${run.state})`,
      todo: 'Wait a moment: it only tells people of its end.',
      isBrief: true,
    }
  }
  const upkeep = UPKEEP[/^[a-z]+(?=-)/.exec(name ?? '')?.[0] as Upkeep]
  if (!upkeep) {
    return { what: name ?? 'a command that has just begun', todo: `Wait for it, or end it with ${stop}.`, isBrief: false }
  }
  const todo = `Wait for it: it takes seconds, or minutes in a large lake. ${stop} gives it up, and every batch stays as it is.`
  return { what: `the ${upkeep} ${name}`, todo, isBrief: true }
}

export function runLocked(holder: LeaseRow, { what, todo }: Holding): BlotterError {
  const { run, pid, host, since, heartbeat_at } = holder
  const message =
    `This lake is taken: ${what}, process ${pid} on ${host}, has held it since ${since} and last said so at ${heartbeat_at}. ` +
    'Nothing was started.'
  return new BlotterError('run_locked', message, {
    todo: `${todo} If process ${pid} on ${host} hangs, kill it: its hold falls with it.`,
    context: { run, pid, host, since, heartbeat_at },
  })
}
