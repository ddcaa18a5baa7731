import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { ask, Problem } from '../../api.ts'
import { historyQuery, newQueryName, type QueryResult } from './query.ts'

export interface Run {
  isRunning: boolean
  /** The last good result; it stays while the next is awaited. */
  result: QueryResult | undefined
  /** Why the last run gave none. */
  problem: Problem | undefined
  /** Of the statement that the result or problem is of. */
  sql: string
  run: (sql: string, at: string) => void
  cancel: () => void
}

interface Under {
  query: string
  stop: AbortController
}

/** Runs one query at a time: a new one ends the one before. */
export function useRun(): Run {
  const client = useQueryClient()
  const under = useRef<Under>(undefined)
  const [state, setState] = useState<Omit<Run, 'run' | 'cancel'>>({
    isRunning: false,
    result: undefined,
    problem: undefined,
    sql: '',
  })
  useEffect(() => () => under.current?.stop.abort(), [])
  const run = useCallback(
    (sql: string, at: string) => {
      under.current?.stop.abort()
      const mine: Under = { query: newQueryName(), stop: new AbortController() }
      under.current = mine
      setState((before) => ({ ...before, isRunning: true, problem: undefined }))
      const body = { sql, at, query: mine.query }
      const told = ask<QueryResult>('/queries', { method: 'POST', body, signal: mine.stop.signal })
      const settle = (end: Partial<Run>): void => {
        if (under.current !== mine) return
        under.current = undefined
        setState((before) => ({ ...before, isRunning: false, sql, ...end }))
        void client.invalidateQueries({ queryKey: historyQuery.queryKey })
      }
      told.then(
        (result) => settle({ result, problem: undefined }),
        (error: unknown) => settle({ problem: Problem.of(error) }),
      )
    },
    [client],
  )
  /** The server is told, and tells in the query’s own answer that it was cancelled. */
  const cancel = useCallback(() => {
    const { query } = under.current ?? {}
    if (query) void ask(`/queries/${query}`, { method: 'DELETE' }).catch(() => {})
  }, [])
  return { ...state, run, cancel }
}
