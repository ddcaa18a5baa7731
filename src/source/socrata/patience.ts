/** How long a portal is waited for, and how often it is asked again. Every limit is for one request. */
export interface Patience {
  /** Tries, the first included. */
  attempts: number
  /** The longest wait after the first failure; doubles with each one. */
  baseMs: number
  /** No backoff is longer; what a portal asks for by `Retry-After` may be. */
  capMs: number
  /** A wait that would end later than this after the first try is not begun. */
  totalMs: number
  /** Until an answer begins: a count over millions of rows takes its time. */
  answerMs: number
  /** Between two pieces of an answer. */
  idleMs: number
  /** For a whole answer, however steadily it trickles. */
  exchangeMs: number
}

/** Six tries within five minutes. */
export const PATIENCE: Patience = {
  attempts: 6,
  baseMs: 1000,
  capMs: 30_000,
  totalMs: 300_000,
  answerMs: 120_000,
  idleMs: 30_000,
  exchangeMs: 600_000,
}

/**
 * How long to wait after the given number of failures (1 or more): exponential backoff with equal jitter, or longer where
 * the portal asked for it, never to the second, so that those who were sent away together do not come back together.
 */
export function waitMs(patience: Patience, failures: number, afterMs: number | undefined, random: () => number): number {
  const longestMs = Math.min(patience.capMs, patience.baseMs * 2 ** (failures - 1))
  const jitterMs = (longestMs / 2) * random()
  return Math.max(longestMs / 2, afterMs ?? 0) + jitterMs
}

/** `Retry-After` as ms from `now`: seconds or an HTTP date (RFC 9110, section 10.2.3); undefined if it is neither. */
export function retryAfterMs(header: string | null, now: Date): number | undefined {
  if (header === null || header.trim() === '') return undefined
  if (/^\d+$/.test(header.trim())) return Number(header.trim()) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - now.getTime())
}
