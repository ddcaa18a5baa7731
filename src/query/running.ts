import { randomUUID } from 'node:crypto'
import { BlotterError } from '../errors.ts'

export type QueryState = 'running' | 'succeeded' | 'failed' | 'cancelled'

/** Queries under way, by their askers, who can cancel them and nobody else can. */
export interface Running {
  /**
   * Does the work under a name (by default a new one) until it is cancelled. Throws `queries_full` for an asker who has too many
   * under way, `usage` for a name that is taken, `query_cancelled`, and what the work throws.
   */
  during<T>(asker: string, wish: Wish, work: (query: string, signal: AbortSignal) => Promise<T>): Promise<T>
  /** Ends a query that runs; one that has ended stays as it is, so that cancelling twice is cancelling once. Throws `query_missing`. */
  cancel(asker: string, query: string): { query: string; state: QueryState }
}

interface Wish {
  query?: string | undefined
  /** Aborted when who asks has gone away. */
  gone: AbortSignal
  /** Resolves when the answer has been taken, or never will be: until then it is in memory, or on the disk. */
  answered?: Promise<unknown> | undefined
}

interface Known {
  state: QueryState
  stop: AbortController
  /** From the asking until the answer has been taken. */
  isUnderWay: boolean
}

/** Under way at once, of one asker: the rest of the places is for others. */
const MOST = 4
/** When whoever was turned away may ask again, in the answer’s Retry-After. */
const RETRY_SECONDS = 5
/** Queries whose end is remembered, of all askers. */
const REMEMBERED = 1000

export function openRunning(): Running {
  const known = new Map<string, Known>()
  const keyOf = (asker: string, query: string): string => JSON.stringify([asker, query])
  const ended = (key: string, state: QueryState): void => {
    const one = known.get(key)
    if (!one) return
    // What is cancelled has been told so, though the work may still end well.
    if (one.state === 'running') one.state = state
    const over = [...known].filter(([, { isUnderWay }]) => !isUnderWay)
    for (const [old] of over.slice(0, Math.max(0, over.length - REMEMBERED))) known.delete(old)
  }
  return {
    async during(asker, { query = randomUUID(), gone, answered }, work) {
      const prefix = `${JSON.stringify([asker]).slice(0, -1)},`
      const own = [...known].filter(([key, { isUnderWay }]) => key.startsWith(prefix) && isUnderWay)
      if (own.length >= MOST) throw tooMany()
      const key = keyOf(asker, query)
      if (known.has(key)) throw taken(query)
      const stop = new AbortController()
      const entry: Known = { state: 'running', stop, isUnderWay: true }
      known.set(key, entry)
      const leave = (): void => stop.abort(cancelled())
      gone.addEventListener('abort', leave, { once: true })
      try {
        const result = await work(query, stop.signal)
        ended(key, 'succeeded')
        return result
      } catch (error) {
        ended(key, stop.signal.aborted ? 'cancelled' : 'failed')
        throw error
      } finally {
        gone.removeEventListener('abort', leave)
        void Promise.resolve(answered).then(() => (entry.isUnderWay = false))
      }
    },
    cancel(asker, query) {
      const found = known.get(keyOf(asker, query))
      if (!found) throw missing(query)
      if (found.state === 'running') {
        found.state = 'cancelled'
        found.stop.abort(cancelled())
      }
      return { query, state: found.state }
    },
  }
}

function cancelled(): BlotterError {
  return new BlotterError('query_cancelled', 'The query was cancelled.', { todo: 'Run it again.' })
}

function tooMany(): BlotterError {
  return new BlotterError('queries_full', `${MOST} queries of yours are under way already.`, {
    todo: 'Wait for one, or cancel it.',
    context: { retry_after_seconds: RETRY_SECONDS },
  })
}

function taken(query: string): BlotterError {
  return new BlotterError('usage', `A query of yours is named ${query} already.`, { todo: 'Take another name, or none.' })
}

function missing(query: string): BlotterError {
  return new BlotterError('query_missing', `No query of yours named ${query} runs, or has run of late.`, {
    todo: '`GET /api/v1/query-history` lists yours.',
    context: { query },
  })
}
