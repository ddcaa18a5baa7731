import { endIfAborted, networkFailure, redirectedAway, timeoutFailure, tooLong } from './failure.ts'
import type { Patience } from './patience.ts'
import type { SocrataAddress } from './url.ts'

export interface Answer {
  status: number
  headers: Headers
  body: Buffer
}

export interface ExchangeOptions {
  headers: Record<string, string>
  signal: AbortSignal
  patience: Patience
  /** A longer answer is an error; of one that is no success only the beginning is kept. */
  limitBytes: number
}

const REDIRECTS = 3
const COMPLAINT_BYTES = 64 << 10

/**
 * Asks once and reads the whole answer, decompressed. Redirects are followed within the host alone, since a token goes
 * along. Throws a Setback where another try may help, else a BlotterError.
 */
export async function exchange(address: SocrataAddress, path: string, options: ExchangeOptions): Promise<Answer> {
  let url = new URL(path, address.origin)
  for (let hop = 0; ; hop++) {
    const answer = await once(address, url, options)
    const to = answer.status >= 301 && answer.status <= 308 ? answer.headers.get('location') : null
    if (to === null) return answer
    const next = URL.parse(to, url.href)
    if (hop === REDIRECTS || next?.origin !== url.origin) throw redirectedAway(address, next?.origin ?? to)
    url = next
  }
}

async function once(address: SocrataAddress, url: URL, options: ExchangeOptions): Promise<Answer> {
  const { headers, signal, patience } = options
  endIfAborted(signal)
  const clock = stopwatch(patience)
  let begun = false
  try {
    const response = await fetch(url.href, { headers, redirect: 'manual', signal: AbortSignal.any([signal, clock.signal]) })
    begun = true
    return { status: response.status, headers: response.headers, body: await bodyOf(address, response, options, clock) }
  } catch (error) {
    endIfAborted(signal)
    if (clock.signal.aborted) throw timeoutFailure(address, begun)
    throw error instanceof TypeError || !begun ? networkFailure(address, error, begun) : error
  } finally {
    clock.stop()
  }
}

async function bodyOf(
  address: SocrataAddress,
  response: Response,
  options: ExchangeOptions,
  clock: Stopwatch,
): Promise<Buffer> {
  const limitBytes = response.ok ? options.limitBytes : COMPLAINT_BYTES
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of response.body ?? []) {
    clock.touch()
    length += piece.length
    pieces.push(piece)
    if (length <= limitBytes) continue
    if (response.ok) throw tooLong(address, limitBytes)
    break
  }
  return Buffer.concat(pieces)
}

/** Aborts its signal when an answer takes too long to begin, to go on or to end. */
interface Stopwatch {
  signal: AbortSignal
  touch(): void
  stop(): void
}

function stopwatch({ answerMs, idleMs, exchangeMs }: Patience): Stopwatch {
  const late = new AbortController()
  const whole = setTimeout(() => late.abort(), exchangeMs)
  let next = setTimeout(() => late.abort(), answerMs)
  return {
    signal: late.signal,
    touch() {
      clearTimeout(next)
      next = setTimeout(() => late.abort(), idleMs)
    },
    stop() {
      clearTimeout(whole)
      clearTimeout(next)
    },
  }
}
