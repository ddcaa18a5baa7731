import { BlotterError, type ErrorCode, interrupted } from '../../errors.ts'
import type { SocrataAddress } from './url.ts'

/** What is worth another try; `failed` says it for people once no try is left. */
export class Setback extends Error {
  readonly failed: (tries: number) => BlotterError
  /** What the portal asked for by `Retry-After`. */
  readonly afterMs: number | undefined
  /** False where nobody answered at all: only a portal that has answered before is waited for. */
  readonly answered: boolean

  constructor(failed: (tries: number) => BlotterError, more: { afterMs?: number | undefined; answered?: boolean } = {}) {
    const { afterMs, answered = true } = more
    super('setback')
    this.failed = failed
    this.afterMs = afterMs
    this.answered = answered
  }
}

/** Throws `interrupted`, or the signal's own reason where that says more, once the signal is aborted. */
export function endIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw signal.reason instanceof BlotterError ? signal.reason : interrupted(signal.reason)
}

const AGAIN = new Set([202, 408, 425, 429, 500, 502, 503, 504])
const AGAIN_TODO = 'Run `blotter run` again: it goes on from the last complete page.'

/** What a status other than 200 means. `said` is the portal's own message. Throws a Setback or a BlotterError. */
export function statusFailure(
  address: SocrataAddress,
  answer: { status: number; said: string; token: boolean; afterMs?: number | undefined },
): Setback | BlotterError {
  const { status, said, token, afterMs } = answer
  const place = `${address.dataset} at ${address.host}`
  const told = said === '' ? `${status}` : `${status}, “${said}”`
  if (AGAIN.has(status) || status >= 500) {
    const throttled = status === 429
    const asked = afterMs !== undefined && afterMs > 0 ? ` and asks to wait ${Math.ceil(afterMs / 1000)} s` : ''
    const failed = (tries: number): BlotterError => {
      const how = throttled ? 'has too many requests' : 'is in trouble'
      const what = `it answered ${told}${asked}; tried ${times(tries)}`
      const message = `The portal ${address.host} ${how}: ${what}. Nothing was committed.`
      const todo =
        throttled && !token
          ? `Wait a while, or give an app token, which is free: BLOTTER_SOURCE_PASSWORD_FILE. ${AGAIN_TODO}`
          : `Wait a while. ${AGAIN_TODO}`
      return failure(address, 'source_unreachable', message, todo, { status })
    }
    return new Setback(failed, { afterMs })
  }
  if (status < 400) return unreadable(address, `it answered ${status} instead of 200`, said)
  if (status === 401 || status === 403) {
    const todo = token
      ? 'Check the app token (BLOTTER_SOURCE_PASSWORD, BLOTTER_SOURCE_PASSWORD_FILE or secret://NAME): it has to be one ' +
        'of this portal’s, or none; and that the dataset is public.'
      : 'Check that the dataset is public; where the portal wants one, give an app token: BLOTTER_SOURCE_PASSWORD_FILE.'
    const message = `The portal refused ${place}: it answered ${told}. Nothing was committed.`
    return failure(address, 'source_refused', message, todo, { status })
  }
  if (status === 404 || status === 410) {
    const todo =
      'Check host and identifier: the last part of the dataset’s address, two times four signs. It has to be a table, ' +
      'not a map, a chart or a file, and public.'
    return failure(address, 'source_table_missing', `There is no dataset ${place}: it answered ${told}.`, todo, { status })
  }
  const todo = address.where
    ? 'Check `where=` of the source’s URL: it is a SoQL condition over the dataset’s field names.'
    : 'Look at the message: it is the portal’s own. Report this if the URL has no `where=`.'
  const message = `The portal refused a query of ${place}: it answered ${told}. Nothing was committed.`
  return failure(address, 'source_refused', message, todo, { status })
}

/** Codes of Node.js and of OpenSSL for a server that cannot be trusted. */
const UNTRUSTED = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL|^EPROTO$/

/** What a request that came to no answer means: nobody there, no trust, or the connection broke in the midst. */
export function networkFailure(address: SocrataAddress, error: unknown, begun: boolean): Setback | BlotterError {
  const code = codeOf(error)
  if (UNTRUSTED.test(code)) {
    const message = `The portal ${address.host} cannot be trusted: its certificate fails (${code}). Nothing was read.`
    const todo = 'Check the host’s name; behind a proxy, give its authority by NODE_EXTRA_CA_CERTS.'
    return failure(address, 'source_refused', message, todo)
  }
  if (begun) {
    return new Setback((tries) => lost(address, `its answer broke off (${code}); tried ${times(tries)}`, error))
  }
  const failed = (tries: number): BlotterError => unreachable(address, `${code}; tried ${times(tries)}`, error)
  return new Setback(failed, {
    answered: !/^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|bad port)$/.test(code),
  })
}

export function timeoutFailure(address: SocrataAddress, begun: boolean): Setback {
  if (begun) return new Setback((tries) => lost(address, `its answer stood still; tried ${times(tries)}`))
  return new Setback((tries) => unreachable(address, `no answer in time; tried ${times(tries)}`))
}

/** That an answer is none that the protocol has: an error page, cut or malformed. */
export function unreadable(address: SocrataAddress, why: string, excerpt: string): Setback {
  const begin = excerpt === '' ? '' : ` It begins: “${excerpt}”.`
  return new Setback((tries) => {
    const message = `The portal ${address.host} gave an answer that cannot be read: ${why}; tried ${times(tries)}.${begin}`
    const page = `https://${address.host}/d/${address.dataset}`
    const todo = `Open ${page} in a browser: a portal under maintenance says so. ${AGAIN_TODO}`
    return failure(address, 'source_answer_unreadable', `${message} Nothing was committed.`, todo)
  })
}

export function tooLong(address: SocrataAddress, limitBytes: number): BlotterError {
  const message = `The portal ${address.host} gave an answer longer than ${limitBytes >> 20} MiB. Nothing was committed.`
  const todo = 'Ask for fewer rows at a time: `page=5000` in the source’s URL.'
  return failure(address, 'source_answer_unreadable', message, todo)
}

export function redirectedAway(address: SocrataAddress, to: string): BlotterError {
  const message = `The portal ${address.host} sends its readers elsewhere (${to}), which is not followed. Nothing was read.`
  return failure(address, 'source_refused', message, 'If you trust that host, name it in the source’s URL.')
}

/** That the dataset is not what it was when the view was opened. */
export function changed(address: SocrataAddress, was: string, is: string): BlotterError {
  const how = `${was} before, ${is} now`
  const message = `The dataset ${address.dataset} changed while it was read: ${how}. What was read is thrown away.`
  const todo = 'Run `blotter run` again, best when the portal has finished its update.'
  return failure(address, 'source_changed', message, todo)
}

export function lost(address: SocrataAddress, why: string, cause?: unknown, todo: string = AGAIN_TODO): BlotterError {
  const message = `The portal ${address.host} was lost while reading: ${why}. Nothing was committed.`
  return failure(address, 'source_lost', message, todo, {}, cause)
}

/** That the pages which were read do not make a whole; none of them is kept. */
export function notWhole(address: SocrataAddress, why: string): BlotterError {
  return lost(address, why, undefined, 'Run `blotter run` again: it reads the dataset from the beginning.')
}

export function columnMissing(address: SocrataAddress, name: string, found: readonly { name: string }[]): BlotterError {
  const has = found.map((column) => column.name).join(', ')
  const message = `\`since=\` needs the column ${name}, which ${address.dataset} lacks. It has: ${has}. Nothing was read.`
  const todo = `Leave \`since=\` out, or say which column it is: source: { columns: { NAME: ${name} } }.`
  return failure(address, 'source_column_missing', message, todo)
}

export function noTable(address: SocrataAddress): BlotterError {
  const message = `${address.dataset} at ${address.host} is no table: it has no columns.`
  const todo = 'Name a dataset that is a table, not a map, a chart, a file or a link.'
  return failure(address, 'source_table_missing', message, todo)
}

function unreachable(address: SocrataAddress, why: string, cause?: unknown): BlotterError {
  const message = `The portal ${address.host} could not be reached: ${why}. Nothing was committed.`
  const todo = 'Check the host’s name and that this machine is connected.'
  return failure(address, 'source_unreachable', message, todo, {}, cause)
}

function failure(
  { host, dataset }: SocrataAddress,
  code: ErrorCode,
  message: string,
  todo: string,
  context: Record<string, number> = {},
  cause?: unknown,
): BlotterError {
  return new BlotterError(code, message, { todo, context: { host, dataset, ...context }, cause })
}

function codeOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const first = at instanceof AggregateError ? at.errors[0] : at
    const code = (first as { code?: unknown }).code
    if (typeof code === 'string') return code
    if (at.cause === undefined) return at.message
  }
  return String(error)
}

const times = (tries: number): string => (tries === 1 ? 'once' : `${tries} times`)
