import { BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'
import type { Credential } from '../../model/configuration.ts'
import { type Channel, type Message, SEND_TIMEOUT_MS } from '../alert.ts'
import { withinTime } from '../within-time.ts'

const TIMEOUT_MS = 10_000
/** Slack takes 40,000 characters, others less. */
const TEXT_CHARACTERS = 3000

/**
 * A POST of JSON for each alert, as Slack's incoming webhooks take it and many others do: `text` for people; `event`, `run`,
 * `id` and `at` for programs. Over https, or to this machine; redirects are not followed, since they would hand the message
 * to somebody else. The URL is a credential: its host is all that is ever shown of it.
 */
export function webhookChannel(url: Credential): Channel {
  return {
    name: 'webhook',
    place: 'the webhook',
    async send(message, signal) {
      const target = checked(await url())
      await withinTime(Math.min(TIMEOUT_MS, SEND_TIMEOUT_MS), target.host, signal, (stop) => post(target, message, stop))
      return { refused: [] }
    },
  }
}

function checked(text: string): URL {
  redaction.keep(text)
  const url = URL.parse(text.trim())
  const here = url !== null && /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  if (url?.protocol === 'https:' || (here && url?.protocol === 'http:')) {
    if (url.pathname.length > 1) redaction.keep(url.pathname)
    return url
  }
  throw new BlotterError('config_invalid', 'The URL of alerts.webhook is no https URL. Nothing was sent to it.', {
    todo: 'Store the whole URL that the service gave, with https:// at its beginning; http is only for this machine.',
    context: { key: 'alerts.webhook' },
  })
}

async function post(target: URL, message: Message, signal: AbortSignal): Promise<void> {
  const { headers, subject, text, id, at } = message
  const body = JSON.stringify({
    text: clipped(`*${subject}*\n${text.slice(text.indexOf('\n\n') + 2)}`),
    event: headers['X-Blotter-Event'],
    run: headers['X-Blotter-Run'] ?? null,
    id,
    at: at.toISOString(),
  })
  let response: Response
  try {
    response = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
      redirect: 'manual',
    })
    await response.body?.cancel()
  } catch (error) {
    const { cause } = error as { cause?: { code?: unknown; message?: unknown } }
    const why = redaction.text(String(cause?.code ?? cause?.message ?? (error as Error).message))
    throw unsent(
      'alert_unreachable',
      `${target.host} could not be talked to: ${why}`,
      'See that the service is up and can be reached from here.',
    )
  }
  if (response.status >= 200 && response.status < 300) return
  const passing = response.status >= 500 || response.status === 429 || response.status === 408
  const isElsewhere = response.status >= 300 && response.status < 400
  const todo = passing
    ? 'Nothing: it is tried again for a day.'
    : isElsewhere
      ? 'Redirects are not followed: store the URL that it has now as alerts.webhook.'
      : 'Make a new webhook there and store its URL as alerts.webhook.'
  throw unsent(passing ? 'alert_unreachable' : 'alert_refused', `${target.host} answered ${response.status}`, todo)
}

function unsent(code: 'alert_unreachable' | 'alert_refused', what: string, todo: string): BlotterError {
  return new BlotterError(code, `The webhook at ${what}. The alert was not sent; it waits.`, { todo })
}

function clipped(text: string): string {
  return text.length <= TEXT_CHARACTERS ? text : `${text.slice(0, TEXT_CHARACTERS - 1)}…`
}
