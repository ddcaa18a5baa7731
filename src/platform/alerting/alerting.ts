import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Channel } from '../../alert/alert.ts'
import type { Place } from '../../alert/content.ts'
import { messageOf, testMessage } from '../../alert/message.ts'
import { domainOf, smtpChannel } from '../../alert/smtp/channel.ts'
import { webhookChannel } from '../../alert/webhook/channel.ts'
import { type Clock, monotonicSeconds, sleep, systemClock } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Config } from '../../model/configuration.ts'
import { type Delivered, type Delivery, deliverDue } from '../../orchestrate/deliver.ts'
import { lookout } from '../../orchestrate/look.ts'
import type { AlertWishes } from '../../orchestrate/raise.ts'
import { lastTime } from '../../orchestrate/schedule.ts'
import { isWatched, watch } from '../../orchestrate/watch.ts'
import type { RunAlerts } from '../../pipeline/run-alerts.ts'
import { countUntried, type DeliveryRow, makeAllDue, readDeliveries } from '../../state/alert-rows.ts'
import { openAwsSecrets } from '../../secret/aws/store.ts'
import { openEnvironment } from '../../secret/env/store.ts'
import { openVault } from '../../secret/vault/store.ts'
import { openState, type State, STATE_FILE } from '../../state/state.ts'
import { openSecretParts } from '../secrets/secrets.ts'

/** Everything about alerts that needs no engine, so that a watcher is small. */
export type Alerts = ReturnType<typeof openAlerts>

/** Opens the alerts of a lake; its state is opened when first asked for. */
export function openAlerts(given: Config, log: Log, clock: Clock = systemClock) {
  const secrets = openSecretParts(given, clock, { openEnvironment, openVault, openAwsSecrets })
  const { config } = secrets
  let opened: State | undefined
  const state = (): State => (opened ??= openState(config.state, { clock }))
  const exists = (): boolean => opened !== undefined || existsSync(join(config.state, STATE_FILE))
  const delivery = (): Delivery => deliveryOf(config, state(), clock)
  return {
    /** What was told or waits, the newest first. */
    list: async (): Promise<DeliveryRow[]> => (exists() ? readDeliveries(state().database, LISTED) : []),
    /** Sends what waits, now, whenever it would be due. */
    async send(signal: AbortSignal): Promise<Delivered> {
      if (!exists()) return { sent: 0, failed: [] }
      makeAllDue(state().database, clock.now().toISOString())
      const done: Delivered = { sent: 0, failed: [] }
      for (;;) {
        const { sent, failed } = await deliverDue(delivery(), signal)
        done.sent += sent
        done.failed.push(...failed)
        if (sent === 0 || signal.aborted) return done
      }
    },
    /** Watches deadlines and sends, until no run is under way; with `stay` until the signal. */
    async watch(options: {
      stay: boolean
      signal: AbortSignal
      lastDue?: (now: Date) => Date | undefined
    }): Promise<'done' | 'taken'> {
      const { stay, signal, lastDue = lastDueBy(config) } = options
      const desk = delivery()
      const channels = desk.channels.map(({ name }) => name)
      if (channels.length === 0 || (!stay && !exists())) return 'done'
      const look = lookout({
        state: state(),
        clock,
        channels,
        ...(stay ? { freshnessMs: config.sla.freshnessMs, lastDue } : {}),
      })
      return watch({ state: state(), clock, log, signal, stay, look, deliver: (stop) => deliverDue(desk, stop) })
    },
    [Symbol.dispose]() {
      opened?.close()
      secrets[Symbol.dispose]()
    },
  }
}

const LISTED = 200

export function channelsOf({ alerts }: Config): Channel[] {
  return [...(alerts.email ? [smtpChannel(alerts.email)] : []), ...(alerts.webhook ? [webhookChannel(alerts.webhook)] : [])]
}

export function wishesOf(config: Config): AlertWishes {
  return { channels: channelsOf(config).map(({ name }) => name), digest: config.alerts.digest, sla: config.sla }
}

/** How a run has its alerts watched over and sent: by another process, of which it only asks that it is there. */
export function runAlerts(config: Config, state: () => State): RunAlerts {
  const watchApart = (): void => {
    try {
      if (!isWatched(state())) startWatcher(config)
    } catch {
      // A run is made whether or not anybody watches it; what it raises waits in the outbox.
    }
  }
  return {
    wishes: wishesOf(config),
    watch: watchApart,
    async settle() {
      if (countUntried(state().database) === 0) return
      watchApart()
      const until = monotonicSeconds() + SETTLE_SECONDS
      while (countUntried(state().database) > 0 && monotonicSeconds() < until) await sleep(SETTLE_LOOK_MS)
    },
  }
}

/** How long a run that is over may wait for its alerts to be sent. */
const SETTLE_SECONDS = 2
const SETTLE_LOOK_MS = 50

const COMMAND_LINE = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

/**
 * Starts the process that watches. It reads the same configuration out of the same folder and environment; it has its own
 * session, so that neither Ctrl-C nor the end of this process ends it.
 */
function startWatcher(config: Config): void {
  const child = spawn(process.execPath, watcherArgs(config), { detached: true, stdio: 'ignore' })
  child.on('error', () => {})
  child.unref()
}

function watcherArgs({ file, lake }: Config, more: readonly string[] = []): string[] {
  const place = ['--lake', lake, ...(file === undefined ? [] : ['--config', file])]
  return ['--max-old-space-size=128', COMMAND_LINE, 'alerts', 'watch', ...more, ...place]
}

/**
 * Keeps a process that watches deadlines, freshness and the schedule too, for as long as a server works; another one is started
 * when it ends. It gets no signal of the terminal's, so that what is being sent is sent.
 */
export async function keepWatched(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const args = watcherArgs(config, ['--stay', '--until-stdin-ends'])
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    const stop = (): void => void child.kill('SIGTERM')
    // Nothing is written to it: it sees by this pipe that the server has ended, even if that was killed.
    child.stdin.on('error', () => {})
    signal.addEventListener('abort', stop, { once: true })
    const end = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, by) => resolve(String(by ?? code)))
    })
    signal.removeEventListener('abort', stop)
    if (signal.aborted) return
    log.warn({ end, again_in_ms: WATCHER_PAUSE_MS }, 'the watcher of deadlines has ended and is started again')
    await sleep(WATCHER_PAUSE_MS, signal).catch(() => undefined)
  }
}

const WATCHER_PAUSE_MS = 10_000

/** When the schedule had a run due. What loads before each run may take its time, and then nobody knows when runs begin. */
function lastDueBy({ schedule, load }: Config): ((now: Date) => Date | undefined) | undefined {
  if (schedule?.cron === undefined || load) return undefined
  const { cron, timezone } = schedule
  return (now) => lastTime({ cron, timezone }, now)
}

function deliveryOf(config: Config, state: State, clock: Clock): Delivery {
  const { place, domain } = senderOf(config)
  return { state, clock, channels: channelsOf(config), messageOf: (alert) => messageOf(alert, place, domain) }
}

function senderOf({ lake, alerts }: Config): { place: Place; domain: string | undefined } {
  return { place: { lake, link: alerts.link }, domain: alerts.email && domainOf(alerts.email.from) }
}

/** A check of `blotter doctor`. */
interface Check {
  name: string
  state: 'ok' | 'warn' | 'fail' | 'skipped'
  message: string
  fix?: string
}

/** What `doctor` says of alerts: where they go, what waits, what was given up; with `sendTest` whether a test arrives. */
export async function examineAlerts(
  config: Config,
  state: State | undefined,
  options: { sendTest?: boolean | undefined; clock: Clock },
): Promise<Check[]> {
  const channels = channelsOf(config)
  const outbox = state ? outboxCheck(state, options.clock) : []
  if (channels.length === 0) {
    const message = 'Nobody is told of failures: no channel is configured.'
    const fix = 'Give `alerts: { email: … }` in blotter.yaml (docs/alerts.md).'
    return [{ name: 'alerts', state: options.sendTest ? 'fail' : 'skipped', message, fix }, ...outbox]
  }
  const tested = options.sendTest ? await Promise.all(channels.map((channel) => sendTest(channel, config, options))) : []
  const unwatched = config.sla.freshnessMs !== undefined && !(state && isWatched(state)) ? [UNWATCHED] : []
  const message = `by ${channels.map(({ name, place }) => `${name} (${place})`).join(' and ')}`
  return [{ name: 'alerts', state: 'ok', message }, ...tested, ...unwatched, ...outbox]
}

const UNWATCHED: Check = {
  name: 'alerts',
  state: 'warn',
  message: '`sla.freshness` is set and nobody watches it between runs',
  fix: 'Run `blotter serve`, or `blotter alerts watch --stay` as a service.',
}

async function sendTest(channel: Channel, config: Config, { clock }: { clock: Clock }): Promise<Check> {
  const { place, domain } = senderOf(config)
  const name = `test ${channel.name}`
  try {
    const { refused } = await channel.send(testMessage(place, clock.now(), domain))
    if (refused.length === 0) return { name, state: 'ok', message: `${channel.place} took it; see that it arrives` }
    return {
      name,
      state: 'warn',
      message: `${channel.place} took it, but not for ${refused.join('; ')}`,
      fix: 'Check alerts.email.to.',
    }
  } catch (error) {
    const { message, todo } = asBlotterError(error)
    return { name, state: 'fail', message, fix: todo }
  }
}

/** Given up ones are shown for so long. */
const SHOWN_MS = 7 * 24 * 3_600_000

function outboxCheck(state: State, clock: Clock): Check[] {
  const since = new Date(clock.now().getTime() - SHOWN_MS).toISOString()
  const rows = readDeliveries(state.database, 5000)
  const waiting = rows.filter((row) => row.state === 'waiting')
  const lost = rows.filter((row) => row.state === 'given_up' && (row.ended_at ?? '') > since)
  const told = (given: readonly DeliveryRow[], what: string): string => {
    const { event, raised_at, channel, problem } = given[0]!
    return `${given.length} ${what}, the last ${event} of ${raised_at} by ${channel}: ${problem ?? 'not tried yet'}`
  }
  const checks: Check[] = []
  if (lost.length > 0) {
    const fix =
      'Put it right, then `blotter doctor --send-test-mail`; `blotter alerts list` shows what people were not told.'
    checks.push({ name: 'alerts', state: 'fail', message: told(lost, 'given up after a day'), fix })
  }
  if (waiting.length > 0) {
    checks.push({
      name: 'alerts',
      state: 'warn',
      message: told(waiting, 'wait to be sent'),
      fix: '`blotter alerts send` tries now.',
    })
  }
  return checks
}
