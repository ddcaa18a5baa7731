import type { Channel, Message, Sent } from '../../alert/alert.ts'
import type { Clock } from '../../clock.ts'
import { asBlotterError, BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'
import type { RaisedAlert } from '../../model/alert.ts'
import { claimDelivery, type DueDelivery, dueDeliveries, endDelivery, LONGEST_PAUSE_MS } from '../../state/alert-rows.ts'
import type { State } from '../../state/state.ts'
import { isRunning, type ProcessMark, thisProcess } from '../process-mark.ts'

/** What sending alerts needs. */
export interface Delivery {
  state: State
  channels: readonly Channel[]
  messageOf(alert: RaisedAlert): Message
  clock: Clock
  /** For jitter; default Math.random. */
  random?: () => number
}

export interface Delivered {
  sent: number
  /** Tried in vain; they wait, or are given up. */
  failed: { channel: string; event: string; error: BlotterError }[]
}

/** An alert that could not be sent for so long is old news. */
export const GIVE_UP_MS = 24 * 3_600_000
/** The pause after the first failure; it doubles with each, up to the longest. */
const FIRST_PAUSE_MS = 2000
/** Longer than a channel may take; after it another process may try. */
const CLAIM_MS = 120_000
/** In one call, by each channel. */
const MOST_AT_ONCE = 50

/**
 * Sends what is due, oldest first, each channel by itself and one alert after another. An alert is claimed before it is sent
 * and marked after it: killed between, it is sent by whoever is next; killed between the server's yes and the mark, it goes
 * twice under one Message-ID. Never throws for what a channel does.
 */
export async function deliverDue(delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
  expire(delivery)
  const each = await Promise.all(delivery.channels.map((channel) => deliverBy(channel, delivery, signal)))
  return { sent: each.reduce((sum, one) => sum + one.sent, 0), failed: each.flatMap((one) => one.failed) }
}

async function deliverBy(channel: Channel, delivery: Delivery, signal: AbortSignal): Promise<Delivered> {
  const done: Delivered = { sent: 0, failed: [] }
  for (let tries = 0; tries < MOST_AT_ONCE && !signal.aborted; tries++) {
    const due = claimNext(channel.name, delivery)
    if (due === undefined) break
    const { error, refused = [], waiting } = await attempted(channel, delivery, due, signal)
    if (error) {
      done.failed.push({ channel: channel.name, event: due.event, error })
      settle(delivery, due, { ...afterFailure(delivery, due, error), ...(waiting ? { only: waiting } : {}) })
    } else {
      done.sent += 1
      settle(delivery, due, { state: 'sent', problem: refused.length > 0 ? `not to ${refused.join('; ')}` : null })
    }
  }
  return done
}

interface Attempted extends Partial<Sent> {
  error?: BlotterError
  /** Receivers that were put off, for whom alone it waits from now on. */
  waiting?: readonly string[]
}

async function attempted(
  channel: Channel,
  { messageOf }: Delivery,
  due: DueDelivery,
  signal: AbortSignal,
): Promise<Attempted> {
  try {
    const sent = await channel.send({ ...messageOf(due), ...(due.only ? { only: due.only } : {}) }, signal)
    const { putOff = {}, refused } = sent
    const waiting = Object.keys(putOff)
    if (waiting.length === 0) return sent
    const said = [...Object.values(putOff), ...refused].join('; ')
    const message = `${channel.place} took it, but not for ${said}. It waits for those that were put off.`
    return {
      error: new BlotterError('alert_unreachable', message, { todo: 'Nothing: it is tried again for a day.' }),
      waiting,
    }
  } catch (error) {
    return { error: asBlotterError(error) }
  }
}

function claimNext(channel: string, { state, clock }: Delivery): DueDelivery | undefined {
  const now = clock.now()
  return state.database.transaction(() => {
    const [due] = dueOf(state, now, channel)
    if (due)
      claimDelivery(state.database, due, { ...thisProcess(), until: new Date(now.getTime() + CLAIM_MS).toISOString() })
    return due
  })
}

function dueOf(state: State, now: Date, channel?: string): DueDelivery[] {
  const isClaimed = (claim: unknown): boolean => {
    const { until, ...mark } = claim as ProcessMark & { until: string }
    return until > now.toISOString() && isRunning(mark) !== false
  }
  return dueDeliveries(state.database, { now: now.toISOString(), limit: 1000, isClaimed }).filter(
    (due) => channel === undefined || due.channel === channel,
  )
}

type End = Parameters<typeof endDelivery>[2]

function settle({ state, clock }: Delivery, due: DueDelivery, end: Omit<End, 'at'>): void {
  endDelivery(state.database, due, { ...end, at: clock.now().toISOString() })
}

function afterFailure({ clock, random = Math.random }: Delivery, due: DueDelivery, error: BlotterError): Omit<End, 'at'> {
  const now = clock.now().getTime()
  const problem = redaction.text(error.message)
  if (isOld(due, now)) return { state: 'given_up', problem }
  const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** due.attempts)
  const next_at = new Date(now + longest / 2 + (longest / 2) * random()).toISOString()
  return { state: 'waiting', next_at, problem }
}

/** What waits for a channel that is not configured any more is given up with the same day's grace. */
function expire(delivery: Delivery): void {
  const now = delivery.clock.now()
  const known = delivery.channels.map(({ name }) => name as string)
  for (const due of dueOf(delivery.state, now)) {
    if (known.includes(due.channel) || !isOld(due, now.getTime())) continue
    settle(delivery, due, { state: 'given_up', problem: `The channel ${due.channel} is not configured any more.` })
  }
}

function isOld({ raised_at }: DueDelivery, now: number): boolean {
  return now - Date.parse(raised_at) >= GIVE_UP_MS
}
