import type { Clock } from '../../src/clock.ts'
import type { Channel, Message } from '../../src/alert/alert.ts'
import { BlotterError } from '../../src/errors.ts'
import type { Alert } from '../../src/model/alert.ts'

/** A clock that stands until it is told to go on. */
export interface HandClock extends Clock {
  pass(ms: number): void
  set(iso: string): void
}

export function handClock(iso = '2026-11-23T06:00:00.000Z'): HandClock {
  let ms = Date.parse(iso)
  return {
    now: () => new Date(ms),
    pass: (by) => void (ms += by),
    set: (at) => void (ms = Date.parse(at)),
  }
}

/** A channel that notes what it is given; `fails` makes it fail. */
export function notingChannel(
  name: 'email' | 'webhook' = 'email',
): Channel & { sent: Message[]; tried: number; fails: boolean; putOff: Record<string, string> } {
  const channel = {
    name,
    place: 'nowhere',
    sent: [] as Message[],
    tried: 0,
    fails: false,
    putOff: {},
    async send(message: Message) {
      channel.tried += 1
      if (channel.fails) throw new BlotterError('alert_unreachable', 'The mail server nowhere is down.', { todo: 'Wait.' })
      channel.sent.push(message)
      return { refused: [], putOff: channel.putOff }
    },
  }
  return channel
}

export const ROTATED: Alert = { event: 'secret_rotated', secret: 'mysql', by: 'schedule', nextAt: null }
