import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask } from './api.ts'

/** An incident as the source has it, by column. Ids beyond 2^53 are texts. */
export type Incident = Record<string, string | number | boolean | null>

/** What happened to one incident between two batches. */
export interface Change {
  id: number | string
  kinds: string[]
  columns: string[]
  before: Incident | null
  after: Incident | null
}

export interface Life {
  id: string
  /** The batch that first saw it. */
  entered: string
  /** Oldest first. */
  changes: (Omit<Change, 'id'> & { batch_at: string; by_restore?: true })[]
  /** Null where it is gone. */
  now: Incident | null
}

export interface Found {
  batch_at: string
  incidents: { id: number | string; found_by: string; incident: Incident; is_gone: boolean; batch_at: string }[]
}

export interface Changes {
  from: string
  to: string
  /** Without those that are only restamped. */
  incidents: number
  counts: Record<string, number>
  /** The column whose values types are. */
  category: string | null
  by_type: { type: string | null; incidents: number; counts: Record<string, number> }[]
  reclassified: { from: string | null; to: string | null; n: number }[]
  /** How many fit the filters; `rows` are a part of them. */
  total: number
  rows: Change[]
}

/** Which changes are listed; each that is given narrows the list and nothing else. */
export interface ChangesWish {
  from: string
  to: string
  kind?: string | undefined
  type?: string | undefined
  was?: string | undefined
  is?: string | undefined
  /** A hexagon of a dashboard. */
  place?: string | undefined
  dashboard?: string | undefined
}

/** Incidents that changed, by where they are, or last were. */
export interface ChangedPlace {
  key: string
  lat?: number
  lon?: number
  incidents: number
  counts: Record<string, number>
}

export const changesQuery = (wish: ChangesWish, offset: number, limit: number) =>
  queryOptions({
    queryKey: ['changes', wish, offset, limit],
    queryFn: ({ signal }) => ask<Changes>('/changes', { query: { ...wish, offset, limit }, signal }),
  })

export const changedPlacesQuery = (wish: Omit<ChangesWish, 'place'> & { dashboard: string }) =>
  queryOptions({
    queryKey: ['changes', 'places', wish],
    queryFn: ({ signal }) =>
      ask<{ from: string; to: string; size_m: number; places: ChangedPlace[] }>('/changes/places', {
        query: { ...wish },
        signal,
      }),
    placeholderData: keepPreviousData,
  })

export const lifeQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id, 'latest'],
    queryFn: ({ signal }) => ask<Life>(`/incidents/${encodeURIComponent(id)}`, { signal }),
  })

export const searchQuery = (text: string, at: string) =>
  queryOptions({
    queryKey: ['search', text, at],
    queryFn: ({ signal }) => ask<Found>('/search', { query: { q: text, at }, signal }),
  })
