import { type Clock, sleep } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Config } from '../../model/configuration.ts'
import { interruptedRun } from '../../orchestrate/run/recover.ts'
import { schedule, type Scheduling } from '../../orchestrate/schedule/scheduler.ts'
import type { Source } from '../../source/source.ts'
import { newestBatch } from '../../state/run-rows.ts'
import { readSourceMark } from '../../state/source-mark-rows.ts'
import type { State } from '../../state/state.ts'
import { channelsOf } from '../alerting/alerting.ts'
import { renewDue } from '../alerting/rotation-alerts.ts'
import { keepWatched } from '../alerting/watcher.ts'
import { sourceUrl } from '../source-url.ts'
import type { RotationOutcome } from '../secrets/rotating.ts'
import { loadFirst, markOf } from './load-first.ts'
import type { Watch } from './watch.ts'

interface Parts {
  config: Config
  clock: Clock
  state(): State
  lakeExists(): boolean
  openSource(url: string): Promise<Source>
}

/** Of the verbs, those that come round by themselves. */
interface Verbs {
  run(options: { full: boolean }, watch: Watch): Promise<{ run: string; state: string }>
  load(options: { from: string; into: string }, watch: Watch): Promise<{ rows: object; seconds: number }>
  expire(options: { dryRun: boolean }, watch: Watch): Promise<{ expired: readonly string[]; files: number }>
  rotateDue(): Promise<RotationOutcome[]>
}

/** How often secrets are looked at. */
const UPKEEP_MS = 3_600_000
/** After a failure of the scheduler itself, such as a state database that is full. */
const MISHAP_PAUSE_MS = 30_000

/** What works beside a server: runs by the schedule, what goes before and after them, secrets that are due, alerts. */
export function scheduling(parts: Parts, verbs: Verbs, log: Log) {
  const { config } = parts
  return {
    /** Works until the signal; a run that is under way then is interrupted and goes on at the next start. */
    async workBeside(signal: AbortSignal): Promise<void> {
      await Promise.all([
        channelsOf(config).length > 0 ? keepWatched(config, log, signal) : undefined,
        config.schedule?.cron !== undefined || config.schedule?.onSourceChangeMs !== undefined
          ? begin(parts, verbs, log, signal)
          : config.source.rotation && keepSecrets(parts, verbs, log, signal),
      ])
    },
  }
}

async function begin(parts: Parts, verbs: Verbs, log: Log, signal: AbortSignal): Promise<void> {
  const { config, clock } = parts
  const { cron, timezone = 'UTC' } = config.schedule ?? {}
  const url = sourceUrl(config)
  const state = parts.state()
  const watch: Watch = { signal, onEvent: () => {} }
  const scheduling: Scheduling = {
    clock,
    log,
    signal,
    schedule: cron === undefined ? undefined : { cron, timezone },
    source: sourceWatch(parts, state, url),
    isInterrupted: () => interruptedRun(state, url) !== undefined,
    lastStarted: () => dateOf(newestBatch(state.database, clock.now().toISOString()).newest_started_at),
    run: async (trigger) => {
      await loadFirst(parts, verbs.load, trigger, watch, log)
      const outcome = await verbs.run({ full: false }, watch)
      await expireAfter(parts, verbs, watch, log)
      return outcome.state === 'held' ? 'held' : 'done'
    },
    upkeep: { everyMs: UPKEEP_MS, work: () => renewDue(parts, verbs.rotateDue) },
  }
  while (!signal.aborted) {
    try {
      await schedule(scheduling)
    } catch (error) {
      const { code, message } = asBlotterError(error)
      log.error({ code, message, again_in_ms: MISHAP_PAUSE_MS }, 'the scheduler had a mishap and begins again')
      await sleep(MISHAP_PAUSE_MS, signal).catch(() => undefined)
    }
  }
}

/** How the source, and what is loaded into it, are looked at for changes; undefined where nobody wants that. */
function sourceWatch(parts: Parts, { database }: State, url: string): Scheduling['source'] {
  const { schedule: { onSourceChangeMs } = {}, load } = parts.config
  if (onSourceChangeMs === undefined) return undefined
  const watched = [...(load ? [load.from] : []), url]
  return {
    everyMs: onSourceChangeMs,
    mark: async (stop) => together(await Promise.all(watched.map((one) => markOf(parts, one, stop)))),
    known: () => together(watched.map((one) => readSourceMark(database, one))),
  }
}

/** One mark of several; what cannot tell has none, so that only the others are watched. */
function together(marks: readonly (string | undefined)[]): string | undefined {
  const told = marks.filter((mark) => mark !== undefined)
  return told.length === 0 ? undefined : told.join(' | ')
}

function dateOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text)
}

/** Lets old batches go where the configuration says which; that it fails takes nothing from the run. */
async function expireAfter({ config, lakeExists }: Parts, verbs: Verbs, watch: Watch, log: Log): Promise<void> {
  const { batches, days } = config.retention
  if ((batches === undefined && days === undefined) || !lakeExists() || watch.signal.aborted) return
  try {
    const { expired, files } = await verbs.expire({ dryRun: false }, watch)
    if (expired.length > 0) log.info({ expired, files }, 'batches expired')
  } catch (error) {
    const { code, message, todo } = asBlotterError(error)
    log.warn({ code, message, todo }, 'batches could not be let go')
  }
}

/** Where nothing is scheduled, secrets are still renewed in time. */
async function keepSecrets(parts: Parts, verbs: Verbs, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await renewDue(parts, verbs.rotateDue).catch((error: unknown) =>
      log.warn({ message: asBlotterError(error).message }, 'secrets'),
    )
    await sleep(UPKEEP_MS, signal).catch(() => undefined)
  }
}
