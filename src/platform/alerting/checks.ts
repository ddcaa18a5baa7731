import type { Channel } from '../../alert/alert.ts'
import { testMessage } from '../../alert/message.ts'
import type { Clock } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Config } from '../../model/configuration.ts'
import { isWatched } from '../../orchestrate/watch/watch.ts'
import type { Check } from '../../pipeline/upkeep/doctor.ts'
import { type DeliveryRow, readDeliveries } from '../../state/alert-rows.ts'
import type { State } from '../../state/state.ts'
import { channelsOf, senderOf } from './alerting.ts'

/** Given up ones are shown for so long. */
const SHOWN_MS = 7 * 24 * 3_600_000

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
    const { refused: forGood, putOff = {} } = await channel.send(testMessage(place, clock.now(), domain))
    const refused = [...forGood, ...Object.values(putOff)]
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
