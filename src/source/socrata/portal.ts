import { type Clock, monotonicSeconds, sleep } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import { type Answer, exchange } from './exchange.ts'
import { endIfAborted, Setback, statusFailure, unreadable } from './failure.ts'
import { type Patience, retryAfterMs, waitMs } from './patience.ts'
import type { SocrataAddress } from './url.ts'

export interface PortalOptions {
  /** Goes along as the header `X-App-Token`, and nowhere else. */
  token?: string | undefined
  patience: Patience
  clock: Clock
  random: () => number
}

/** Gives what was read of an answer's text. Throws `SyntaxError` with the reason why it cannot be read. */
export type Read<T> = (text: string) => T | Promise<T>

/** Asks one portal and does not give up at once. */
export interface Portal {
  readonly address: SocrataAddress
  /** The answer to a path with parameters, read; tried again while that may help. Throws BlotterErrors alone. */
  get<T>(path: string, parameters: Readonly<Record<string, string>>, read: Read<T>, signal: AbortSignal): Promise<T>
  /** Waits as long as after so many failures of a request. */
  pause(failures: number, signal: AbortSignal): Promise<void>
}

/** A page of 100,000 wide rows fits. */
const LIMIT_BYTES = 256 << 20
const EXCERPT_LENGTH = 160

export function openPortal(address: SocrataAddress, options: PortalOptions): Portal {
  const { token, patience, clock, random } = options
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new BlotterError('source_refused', 'The app token has signs that no token has, such as spaces or line breaks.', {
      todo: 'Check BLOTTER_SOURCE_PASSWORD, or the file that BLOTTER_SOURCE_PASSWORD_FILE names.',
      context: { host: address.host },
    })
  }
  // A count that a cache remembers would say that nothing changed.
  const identified: Record<string, string> = token === undefined ? {} : { 'X-App-Token': token }
  const headers = { 'Cache-Control': 'no-cache', 'User-Agent': 'blotter', ...identified }
  const excerptOf = (text: string): string => {
    const plain = text
      .replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>|[\p{Cc}\s]+/giu, ' ')
      .replaceAll(/ +/g, ' ')
      .trim()
    return (token === undefined ? plain : plain.replaceAll(token, '…')).slice(0, EXCERPT_LENGTH)
  }
  let answered = false

  async function attempt<T>(path: string, read: Read<T>, signal: AbortSignal): Promise<T> {
    const answer = await exchange(address, path, { headers, signal, patience, limitBytes: LIMIT_BYTES })
    const { status } = answer
    if (status !== 200) {
      const said = saidBy(answer, excerptOf)
      const afterMs = retryAfterMs(answer.headers.get('retry-after'), clock.now())
      throw statusFailure(address, { status, said, token: token !== undefined, afterMs })
    }
    try {
      return await read(textOf(answer))
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw unreadable(address, error.message, excerptOf(answer.body.subarray(0, 4096).toString()))
    }
  }

  async function pause(failures: number, signal: AbortSignal, afterMs?: number): Promise<void> {
    await sleep(waitMs(patience, failures, afterMs, random), signal).catch(() => endIfAborted(signal))
  }

  return {
    address,
    pause,
    async get(path, parameters, read, signal) {
      const query = new URLSearchParams(parameters).toString()
      const begin = monotonicSeconds()
      for (let tries = 1; ; tries++) {
        try {
          const found = await attempt(query === '' ? path : `${path}?${query}`, read, signal)
          answered = true
          return found
        } catch (error) {
          if (!(error instanceof Setback)) throw error
          const spentMs = (monotonicSeconds() - begin) * 1000 + (error.afterMs ?? 0)
          const hopeless = !error.answered && !answered
          if (hopeless || tries >= patience.attempts || spentMs > patience.totalMs) throw error.failed(tries)
          await pause(tries, signal, error.afterMs)
        }
      }
    },
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

function textOf({ headers, body }: Answer): string {
  if (/html/i.test(headers.get('content-type') ?? '')) throw new SyntaxError('it is a web page')
  try {
    return UTF8.decode(body)
  } catch {
    throw new SyntaxError('it is no UTF-8')
  }
}

/** The portal's own message: a member of a JSON document, or the words of a web page. */
function saidBy({ body }: Answer, excerptOf: (text: string) => string): string {
  const text = body.toString()
  try {
    const { message } = JSON.parse(text) as { message?: unknown }
    return excerptOf(typeof message === 'string' ? message : text)
  } catch {
    return excerptOf(text)
  }
}
