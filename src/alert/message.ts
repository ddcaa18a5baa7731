import { createHash } from 'node:crypto'
import type { RaisedAlert } from '../model/alert.ts'
import type { Message } from './alert.ts'
import { type Content, contentOf, type Place } from './content.ts'
import { htmlOf } from './html.ts'
import { textOf } from './text.ts'
import { clipped } from './words.ts'

/** Longer subjects are cut by many mail programs anyway. */
const SUBJECT_CHARACTERS = 120

/**
 * The message of an alert, from its facts alone: the same alert gives the same message, byte for byte, whoever makes it and
 * when. `domain` is that of the sender, for the message's id.
 */
export function messageOf(raised: RaisedAlert, place: Place, domain = 'blotter.invalid'): Message {
  const { alert, event, subject, occasion, raised_at } = raised
  const content = contentOf(alert, place, raised_at)
  const run = 'run' in alert ? alert.run.run : undefined
  const id = (...parts: string[]): string =>
    `blotter-${createHash('sha256')
      .update(JSON.stringify([place.lake, ...parts]))
      .digest('hex')
      .slice(0, 32)}@${domain}`
  return {
    ...letterOf(content),
    headers: {
      'X-Blotter-Event': event,
      ...(run === undefined ? {} : { 'X-Blotter-Run': run }),
      ...QUIET,
    },
    id: id(event, subject, occasion, raised_at),
    thread: id('thread', threadOf(raised)),
    ...('to' in alert ? { to: [alert.to] } : {}),
    at: new Date(raised_at),
  }
}

/** RFC 3834, and what Exchange looks at: nobody's absence is to be told to a machine. */
const QUIET = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

function letterOf(content: Content): Pick<Message, 'subject' | 'text' | 'html'> {
  const subject = clipped(`[Blotter] ${content.title}`, SUBJECT_CHARACTERS)
  return { subject, text: textOf(content), html: htmlOf(content) }
}

/** What is told of one run stands together, and its recovery with what it recovers from. */
function threadOf({ alert, subject }: RaisedAlert): string {
  return alert.event === 'recovered' ? (alert.troubles[0]?.run ?? subject) : subject
}

/** What `blotter doctor --send-test-mail` sends. */
export function testMessage(place: Place, at: Date, domain = 'blotter.invalid'): Message {
  const content: Content = {
    tone: 'good',
    title: 'Test: alerts reach you',
    lead: 'This is what was asked for with `blotter doctor --send-test-mail`. Nothing has happened.',
    facts: [
      ['Lake', place.lake],
      ['Sent at', at.toISOString()],
    ],
    steps: [],
    log: [],
    todo: [],
    link: place.link === undefined ? undefined : { text: 'Open Blotter', url: place.link },
    footer: 'docs/alerts.md tells what else comes this way.',
  }
  return {
    ...letterOf(content),
    headers: { 'X-Blotter-Event': 'test', ...QUIET },
    id: `blotter-test-${at.getTime()}@${domain}`,
    thread: undefined,
    at,
  }
}
