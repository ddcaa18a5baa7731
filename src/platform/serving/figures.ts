import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Lake } from '../../catalog/lake.ts'
import { type Clock, monotonicSeconds } from '../../clock.ts'
import { viewLake } from '../../history/as-of.ts'
import type { ChangeCounts } from '../../model/change.ts'
import type { Config } from '../../model/configuration.ts'
import type { RunReport } from '../../model/report.ts'
import { nextTime } from '../../orchestrate/schedule/schedule.ts'
import { listRuns, type RunRecord, showRun } from '../../orchestrate/run/runs.ts'
import { watchedDeadlines } from '../../state/deadline-rows.ts'
import { countDeliveries } from '../../state/figure-rows.ts'
import { countWaiting } from '../../state/lineage-rows.ts'
import { countStates, newestBatch } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'

/** How Blotter stands, in numbers; times are seconds since 1970. What is not known is left out. */
export interface Figures {
  runs: Record<string, number>
  /** The run that was begun last. */
  lastRun?: {
    state: string
    seconds: number
    startedAt: number
    steps: { step: string; seconds: number; attempts: number }[]
  }
  /** Of the newest run that succeeded. */
  rows: Record<string, number>
  changes: ChangeCounts
  batches?: number
  newestBatchAt?: number
  nextRunAt?: number
  tables: { table: string; rows: number; bytes: number; files: number; snapshots: number }[]
  /** Everything in the lake's folder, old versions included. */
  lakeBytes?: number
  /** What is left of each limit on time; less than nothing once it is missed. */
  margins: Record<string, number>
  secrets: { secret: string; age?: number; due?: number }[]
  outbox: { alerts: number; givenUp: number; lineage: number }
  /** What could not be read: `state`, `lake`, `secrets`. Its figures are missing. */
  unreadable: string[]
}

interface Parts {
  config: Config
  clock: Clock
  folder: string
  lakeExists(): boolean
  stateExists(): boolean
  state(): State
  lake(create: boolean): Lake
}

type SecretStatus = () => Promise<{ name: string; changed_at: string | null; next_at: string | null }[]>

/** What is slow to find out is asked for so often at most, however often somebody looks. */
const SLOW_SECONDS = 300

/** Reads the figures out of state and lake, so that none is lost with a process and all processes' work is in them. */
export function figuring(parts: Parts, secretStatus: SecretStatus) {
  const lakeBytes = kept(() => sizeOf(parts.folder))
  const secrets = kept(secretStatus)
  return async (): Promise<Figures> => {
    const now = parts.clock.now().getTime() / 1000
    const unreadable: string[] = []
    // A vault without its key must not hide that runs fail.
    const read = async <Read, Nothing>(
      part: string,
      reading: () => Read | Promise<Read>,
      nothing: Nothing,
    ): Promise<Read | Nothing> => {
      try {
        return await reading()
      } catch {
        unreadable.push(part)
        return nothing
      }
    }
    const state = parts.stateExists() ? await read('state', () => ofState(parts, now), NO_STATE) : NO_STATE
    const sized = async () => ({ ...(await ofLake(parts)), lakeBytes: await lakeBytes() })
    const lake = parts.lakeExists() ? await read('lake', sized, NO_LAKE) : NO_LAKE
    const aged = (await read('secrets', secrets, [])).map((one) => ({
      secret: one.name,
      ...(one.changed_at === null ? {} : { age: now - secondsOf(one.changed_at) }),
      ...(one.next_at === null ? {} : { due: secondsOf(one.next_at) }),
    }))
    return { ...state, ...lake, ...nextRun(parts), secrets: aged, unreadable }
  }
}

const NO_STATE = { runs: {}, rows: {}, changes: {}, margins: {}, outbox: { alerts: 0, givenUp: 0, lineage: 0 } }
const NO_LAKE: Pick<Figures, 'tables'> = { tables: [] }

function ofState({ config, state }: Parts, now: number) {
  const { database } = state()
  const [last] = listRuns(state(), { limit: 1 })
  const [succeeded] = listRuns(state(), { limit: 1, states: ['succeeded'] })
  const report = succeeded?.report as RunReport | null | undefined
  const deliveries = countDeliveries(database)
  return {
    runs: countStates(database, ''),
    ...(last ? { lastRun: lastRun(state(), last, now) } : {}),
    rows: { ...report?.rows },
    changes: report?.changes ?? {},
    margins: marginsOf(state(), config, last, now),
    outbox: { alerts: deliveries['waiting'] ?? 0, givenUp: deliveries['given_up'] ?? 0, lineage: countWaiting(database) },
  }
}

function lastRun(state: State, run: RunRecord, now: number): NonNullable<Figures['lastRun']> {
  const startedAt = secondsOf(run.started_at)
  const { steps } = showRun(state, run.run)
  return {
    state: run.state,
    startedAt,
    seconds: run.state === 'running' ? now - startedAt : (run.seconds ?? 0),
    steps: steps.map(({ name, seconds, attempts }) => ({ step: name, seconds, attempts })),
  }
}

/** While a run is under way, what is left to it and its steps; else what its newest run had left. */
function marginsOf(state: State, { sla }: Config, last: RunRecord | undefined, now: number): Record<string, number> {
  const watched = watchedDeadlines(state.database).map(({ scope, limit_ms, watched_ms, started_at }) => {
    const elapsed = Math.max(watched_ms / 1000, now - secondsOf(started_at))
    return [scope, limit_ms / 1000 - elapsed] as const
  })
  const ended =
    last && last.state !== 'running' && last.seconds !== null ? [['run', sla.runMs / 1000 - last.seconds] as const] : []
  const newest = newestBatch(state.database, new Date(now * 1000).toISOString()).fresh_at
  const { freshnessMs } = sla
  const freshness =
    freshnessMs !== undefined && newest !== null
      ? [['freshness', freshnessMs / 1000 - (now - secondsOf(newest))] as const]
      : []
  return Object.fromEntries([...ended, ...watched, ...freshness])
}

async function ofLake({ lake }: Parts): Promise<Pick<Figures, 'tables' | 'batches' | 'newestBatchAt'>> {
  const view = await viewLake(lake(false))
  const newest = view.batches.at(-1)?.batchAt
  const tables = view.tables.map(({ name, metadata }) => {
    const { snapshots = [] } = metadata
    const current = snapshots.find((snapshot) => snapshot['snapshot-id'] === metadata['current-snapshot-id'])
    const total = (what: string): number => Number(current?.summary[`total-${what}`] ?? 0)
    const rows = total('records') - total('position-deletes')
    const files = total('data-files') + total('delete-files')
    return { table: name, rows, bytes: total('files-size'), files, snapshots: snapshots.length }
  })
  return { tables, batches: view.batches.length, ...(newest ? { newestBatchAt: secondsOf(newest) } : {}) }
}

function nextRun({ config, clock }: Parts): { nextRunAt?: number } {
  const { cron, timezone = 'UTC' } = config.schedule ?? {}
  const next = cron === undefined ? undefined : nextTime({ cron, timezone }, clock.now())
  return next ? { nextRunAt: next.getTime() / 1000 } : {}
}

function secondsOf(iso: string): number {
  return Date.parse(iso) / 1000
}

/** Files come and go while they are counted. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let bytes = 0
  for (const entry of entries) {
    if (entry.isFile())
      bytes += await stat(join(entry.parentPath, entry.name)).then(
        ({ size }) => size,
        () => 0,
      )
  }
  return bytes
}

function kept<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let last: { value: Promise<Value>; at: number } | undefined
  return () => {
    if (last === undefined || monotonicSeconds() - last.at > SLOW_SECONDS) {
      const value = ask()
      last = { value, at: monotonicSeconds() }
      value.catch(() => (last = undefined))
    }
    return last.value
  }
}
