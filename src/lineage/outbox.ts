import { sleep } from '../clock.ts'
import type { Database } from '../state/database.ts'
import { countWaiting, enqueueEvents, markAttempted, markPosted, markRefused, waitingEvents } from '../state/lineage-rows.ts'
import type { LineageEvent } from './event.ts'

/** Where events are posted to (OpenLineage's variables OPENLINEAGE_URL and OPENLINEAGE_API_KEY). */
export interface Endpoint {
  /** Without user and password; events go to `api/v1/lineage` below it. */
  url: string
  apiKey: (() => Promise<string>) | undefined
}

export interface Posting {
  posted: number
  waiting: number
  /** Events that the endpoint will never take, or that failed too often; they stay in the lake. */
  refused: number
  /** Why posting stopped before the outbox was empty. */
  problem?: string
}

export interface PostLimits {
  /** Time for all events together. Default 2000 ms: a dead endpoint must not slow a run. */
  budgetMs?: number
  /** Times that one event is tried, over all runs, before it is given up. Default 50. */
  maxAttempts?: number
  /** First pause before another try, doubled each time. Default 100 ms. */
  pauseMs?: number
  signal?: AbortSignal
}

/** Puts events into the outbox of the state database; those that were in it before are not posted again. */
export function enqueue(database: Database, events: readonly LineageEvent[]): void {
  enqueueEvents(
    database,
    events.map((event) => ({
      runId: event.run.runId,
      eventType: event.eventType,
      eventTime: event.eventTime,
      event: JSON.stringify(event),
    })),
  )
}

/** Tries of one event at a time before the rest waits for a later run. */
const TRIES = 3
const AT_ONCE = 100

/**
 * Posts what waits in the outbox, oldest first and one after another, since a listener wants a run's start before its end.
 * Never throws and never takes longer than its budget: what could not be posted waits for a later call.
 */
export async function postWaiting(database: Database, endpoint: Endpoint, limits: PostLimits = {}): Promise<Posting> {
  const { budgetMs = 2000, signal } = limits
  const budget = AbortSignal.timeout(budgetMs)
  const stop = signal ? AbortSignal.any([budget, signal]) : budget
  const done = { posted: 0, refused: 0 }
  const ended = (problem?: string): Posting => ({
    ...done,
    waiting: countWaiting(database),
    ...(problem === undefined ? {} : { problem }),
  })
  try {
    const send = await sender(endpoint, stop)
    for (;;) {
      const waiting = waitingEvents(database, AT_ONCE)
      if (waiting.length === 0) return ended()
      for (const { sequence, event, attempts } of waiting) {
        const answer = await persistently(() => send(event), limits, stop)
        if (answer.taken) {
          markPosted(database, sequence)
          done.posted += 1
        } else if (answer.final || attempts + 1 >= (limits.maxAttempts ?? 50)) {
          markRefused(database, sequence, answer.why)
          done.refused += 1
        } else {
          markAttempted(database, sequence)
          return ended(answer.why)
        }
      }
    }
  } catch (error) {
    return ended(whyOf(error, stop))
  }
}

type Answer = { taken: true } | { taken: false; final: boolean; why: string }

async function sender({ url, apiKey }: Endpoint, signal: AbortSignal): Promise<(event: string) => Promise<Answer>> {
  const target = new URL('api/v1/lineage', url.endsWith('/') ? url : `${url}/`)
  const key = await apiKey?.()
  const headers = { 'content-type': 'application/json', ...(key ? { authorization: `Bearer ${key}` } : {}) }
  return async (body) => {
    try {
      // A redirect would turn the POST into a GET, or hand the key to somebody else.
      const response = await fetch(target, { method: 'POST', headers, body, signal, redirect: 'manual' })
      await response.body?.cancel()
      return judge(response.status)
    } catch (error) {
      return { taken: false, final: false, why: whyOf(error, signal) }
    }
  }
}

/** An event that is not understood will not be understood later; all else may pass. */
function judge(status: number): Answer {
  if (status >= 200 && status < 300) return { taken: true }
  const final = status === 400 || status === 413 || status === 422
  return { taken: false, final, why: `it answered ${status}` }
}

async function persistently(
  send: () => Promise<Answer>,
  { pauseMs = 100 }: PostLimits,
  signal: AbortSignal,
): Promise<Answer> {
  for (let tries = 1; ; tries++) {
    const answer = await send()
    if (answer.taken || answer.final || tries >= TRIES || signal.aborted) return answer
    const rested = await sleep(pauseMs * 2 ** (tries - 1), signal).then(
      () => true,
      () => false,
    )
    if (!rested) return answer
  }
}

function whyOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time'
  const { cause } = error as { cause?: { code?: unknown; message?: unknown } }
  return String(cause?.code ?? cause?.message ?? (error as Error).message ?? error)
}
