import { queryOptions } from '@tanstack/react-query'
import { ask } from '../../api.ts'

export interface ResultColumn {
  name: string
  /** The engine’s word for it, such as `BIGINT`. */
  type: string
}

export interface QueryResult {
  query: string
  batch_at: string
  columns: ResultColumn[]
  /** Values in the order of the columns; whole numbers beyond 2^53 are texts. */
  rows: unknown[][]
  is_truncated: boolean
  seconds: number
}

export interface AskedQuery {
  query: string
  sql: string
  batch_at: string | null
  state: 'succeeded' | 'failed' | 'cancelled'
  started_at: string
  seconds: number
  rows: number | null
  problem: string | null
}

export interface SavedQuery {
  name: string
  sql: string
  at?: string
  doc?: string
  saved_by?: string
  saved_at?: string
}

export interface Completions {
  batch_at: string
  tables: { name: string; doc: string; columns: { name: string; type: string; doc?: string }[] }[]
  functions: { name: string; example: string }[]
}

export interface Citation {
  citation: string
  query: string
  batch_at: string
  rows: number
  sha256: string
  code_version: string
  cited_by: string
}

export interface CitationCheck {
  is_same: boolean
  within_rounding: boolean
}

export const completionsQuery = (at: string) =>
  queryOptions({
    queryKey: ['completions', at],
    queryFn: ({ signal }) => ask<Completions>('/completions', { query: { at }, signal }),
  })

/** As many as the API gives at once. */
const SHOWN_SAVED = 500

export const savedQueriesQuery = queryOptions({
  queryKey: ['saved-queries'],
  queryFn: ({ signal }) =>
    ask<{ total: number; queries: SavedQuery[] }>('/saved-queries', { query: { limit: SHOWN_SAVED }, signal }),
})

export const historyQuery = queryOptions({
  queryKey: ['query-history'],
  queryFn: ({ signal }) => ask<{ total: number; queries: AskedQuery[] }>('/query-history', { query: { limit: 50 }, signal }),
  staleTime: 0,
})

export const citationsQuery = queryOptions({
  queryKey: ['citations'],
  queryFn: ({ signal }) => ask<{ total: number; citations: Citation[] }>('/citations', { query: { limit: 50 }, signal }),
  staleTime: 0,
})

/** A name for a query, by which it can be cancelled. */
export function newQueryName(): string {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
