import { type Clock, sleep } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Alert, AlertRun } from '../../model/alert.ts'
import type { Config } from '../../model/configuration.ts'
import { raiseAlert } from '../../orchestrate/raise.ts'
import { interruptedRun } from '../../orchestrate/recover.ts'
import { type Trigger, schedule } from '../../orchestrate/scheduler.ts'
import type { Source } from '../../source/source.ts'
import { newestBatch } from '../../state/run-rows.ts'
import { readSourceMark, writeSourceMark } from '../../state/source-mark-rows.ts'
import type { State } from '../../state/state.ts'
import { channelsOf } from '../alerting/alerting.ts'
import { keepWatched } from '../alerting/watcher.ts'
import { sourceUrl } from '../source-url.ts'
import type { RotationOutcome } from '../secrets/rotating.ts'
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
/** A source that takes longer to say what it looks like is asked another time. */
const MARK_MS = 300_000
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
  const { cron, timezone = 'UTC', onSourceChangeMs } = config.schedule ?? {}
  const url = sourceUrl(config)
  const state = parts.state()
  const watch: Watch = { signal, onEvent: () => {} }
  const watched = [...(config.load ? [config.load.from] : []), url]
  while (!signal.aborted) {
    try {
      await schedule({
        clock,
        log,
        signal,
        schedule: cron === undefined ? undefined : { cron, timezone },
        source:
          onSourceChangeMs === undefined
            ? undefined
            : {
                everyMs: onSourceChangeMs,
                mark: async (stop) => together(await Promise.all(watched.map((one) => markOf(parts, one, stop)))),
                known: () => together(watched.map((one) => readSourceMark(state.database, one))),
              },
        isInterrupted: () => interruptedRun(state, url) !== undefined,
        lastStarted: () => dateOf(newestBatch(state.database).newest_started_at),
        run: async (trigger) => {
          await loadBefore(parts, verbs, trigger, watch, log)
          const outcome = await verbs.run({ full: false }, watch)
          await expireAfter(parts, verbs, watch, log)
          return outcome.state === 'held' ? 'held' : 'done'
        },
        upkeep: { everyMs: UPKEEP_MS, work: () => renewSecrets(parts, verbs) },
      })
    } catch (error) {
      const { code, message } = asBlotterError(error)
      log.error({ code, message, again_in_ms: MISHAP_PAUSE_MS }, 'the scheduler had a mishap and begins again')
      await sleep(MISHAP_PAUSE_MS, signal).catch(() => undefined)
    }
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

async function markOf({ openSource, config }: Parts, url: string, signal: AbortSignal): Promise<string | undefined> {
  const source = await openSource(url)
  try {
    return await source.mark?.(AbortSignal.any([signal, AbortSignal.timeout(MARK_MS)]))
  } catch (error) {
    // The first load makes the table.
    if (config.load && url === config.source.url && asBlotterError(error).code === 'source_table_missing') return 'no table'
    throw error
  }
}

/**
 * Loads what the configuration says into the source, unless that has nothing new since it was loaded last. A run that goes on
 * has read the source already. Whatever fails is raised, and the run is not begun.
 */
async function loadBefore(parts: Parts, verbs: Verbs, trigger: Trigger, watch: Watch, log: Log): Promise<void> {
  const { config, clock } = parts
  if (!config.load || trigger === 'interrupted') return
  const { from } = config.load
  const begun = clock.now()
  const told = log.child({ step: 'load', from })
  try {
    const mark = await markOf(parts, from, watch.signal)
    const { database } = parts.state()
    if (mark !== undefined && mark === readSourceMark(database, from))
      return told.info({ state: 'skipped' }, 'nothing new to load')
    told.info({ state: 'running' }, 'step')
    const { rows, seconds } = await verbs.load({ from, into: sourceUrl(config) }, watch)
    if (mark !== undefined) writeSourceMark(database, from, { mark, run: 'load', at: clock.now().toISOString() })
    told.info({ state: 'succeeded', rows, seconds }, 'step')
  } catch (error) {
    const { code, message, todo } = asBlotterError(error)
    if (watch.signal.aborted) throw error
    told.error({ state: 'failed', code, message, todo }, 'step')
    const alert: Alert = { event: 'run_failed', run: loadAsRun(parts, begun, message), error: { code, message, todo } }
    raise(parts, { subject: 'load', occasion: begun.toISOString() }, alert)
    throw error
  }
}

/** People are told of a load that failed as of a run that failed in its first step, which it is to them. */
function loadAsRun({ config, clock }: Parts, begun: Date, message: string): AlertRun {
  const at = begun.toISOString()
  const seconds = (clock.now().getTime() - begun.getTime()) / 1000
  const identity = {
    run: `load-${at}`,
    batch_at: at,
    kind: null,
    state: 'failed',
    source: config.load?.from ?? '',
    started_at: at,
  } as const
  return {
    ...identity,
    seconds,
    steps: [{ name: 'load', state: 'failed', seconds, attempts: 1 }],
    attempts: [{ step: 'load', attempt: 1, state: 'failed', started_at: at, message }],
  }
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
    await renewSecrets(parts, verbs).catch((error: unknown) =>
      log.warn({ message: asBlotterError(error).message }, 'secrets'),
    )
    await sleep(UPKEEP_MS, signal).catch(() => undefined)
  }
}

async function renewSecrets(parts: Parts, verbs: Verbs): Promise<void> {
  for (const outcome of await verbs.rotateDue()) {
    const { secret } = outcome
    const occasion = parts.clock.now().toISOString()
    if (outcome.type === 'secret_rotated') {
      raise(
        parts,
        { subject: secret, occasion },
        { event: 'secret_rotated', secret, by: 'schedule', nextAt: outcome.nextAt },
      )
      continue
    }
    const {
      error: { code, message, todo },
      step,
      working,
    } = outcome
    const error = { code, message, todo }
    // The error of a step says itself which account goes on working.
    const goesOn = step === null ? `${working} goes on working.` : ''
    // Tried every hour, told once a day.
    const alert: Alert = { event: 'rotation_failed', secret, step: step ?? 'none', error, working: goesOn }
    raise(parts, { subject: secret, occasion: occasion.slice(0, 10) }, alert)
  }
}

function raise({ config, clock, state }: Parts, identity: { subject: string; occasion: string }, alert: Alert): void {
  raiseAlert(
    state().database,
    identity,
    alert,
    clock.now(),
    channelsOf(config).map(({ name }) => name),
  )
}
