import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Channel } from '../../alert/alert.ts'
import type { Place } from '../../alert/content.ts'
import { messageOf } from '../../alert/message.ts'
import { domainOf, smtpChannel } from '../../alert/smtp/channel.ts'
import { webhookChannel } from '../../alert/webhook/channel.ts'
import { type Clock, systemClock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Config } from '../../model/configuration.ts'
import { type Delivered, type Delivery, deliverDue } from '../../orchestrate/watch/deliver.ts'
import { lookout } from '../../orchestrate/watch/look.ts'
import type { AlertWishes } from '../../orchestrate/watch/raise.ts'
import { lastTime } from '../../orchestrate/schedule/schedule.ts'
import { watch } from '../../orchestrate/watch/watch.ts'
import { type DeliveryRow, makeAllDue, readDeliveries } from '../../state/alert-rows.ts'
import { openAwsSecrets } from '../../secret/aws/store.ts'
import { openEnvironment } from '../../secret/env/store.ts'
import { openVault } from '../../secret/vault/store.ts'
import { openState, type State, STATE_FILE } from '../../state/state.ts'
import { openSecretParts } from '../secrets/secrets.ts'

/** Opens the alerts of a lake, which need no engine, so that a watcher is small. The state is opened when first asked for. */
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

/** Where the configuration has people told. */
export function channelsOf({ alerts }: Config): Channel[] {
  return [...(alerts.email ? [smtpChannel(alerts.email)] : []), ...(alerts.webhook ? [webhookChannel(alerts.webhook)] : [])]
}

/** Which channels are told what, and after how long. */
export function wishesOf(config: Config): AlertWishes {
  return { channels: channelsOf(config).map(({ name }) => name), digest: config.alerts.digest, sla: config.sla }
}

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

/** From whom alerts come, and the domain of their `Message-ID`s. */
export function senderOf({ lake, alerts }: Config): { place: Place; domain: string | undefined } {
  return { place: { lake, link: alerts.link }, domain: alerts.email && domainOf(alerts.email.from) }
}
