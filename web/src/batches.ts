import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect } from 'react'
import { ask } from './api.ts'
import { useServerEvent } from './events.ts'
import { useParam } from './url-state.ts'

export interface Batch {
  batch_at: string
  run: string
  kind: 'full' | 'incremental' | 'restore'
  rows: { read: number; landed: number; unchanged: number; quarantined: number; swept: number }
  /** Incidents by kind of change; kinds with none are left out. */
  changes: Record<string, number>
}

/** Oldest first. */
export const batchesQuery = queryOptions({
  queryKey: ['batches'],
  queryFn: ({ signal }) => ask<Batch[]>('/batches', { signal }),
})

export interface TimeMachine {
  /** Oldest first; undefined while loading. */
  batches: Batch[] | undefined
  /** `?asof=`, to be sent as `at`; `latest` where none is chosen. */
  at: string
  /** `?compare=`, a REF; undefined where none is chosen. */
  compare: string | undefined
  /** The batch looked at, where it is known; a REF that is no batch's name is resolved by the server alone. */
  batch: Batch | undefined
  isPast: boolean
}

/** Which batch every page shows, and which it is compared with. */
export function useTimeMachine(): TimeMachine {
  const { data: batches } = useQuery(batchesQuery)
  const at = useParam('asof') ?? 'latest'
  const compare = useParam('compare')
  const newest = batches?.at(-1)
  const batch = at === 'latest' ? newest : batches?.find((one) => one.batch_at === at)
  const isPast = at !== 'latest' && newest !== undefined && at !== newest.batch_at
  return { batches, at, compare, batch, isPast }
}

/** Asks anew for what is `latest` once a batch was committed or loaded; what bears a batch's name stays. */
export function useFollowBatches(): void {
  const client = useQueryClient()
  const follow = useCallback(() => {
    const isOpenEnded = (key: readonly unknown[]): boolean => key[0] === 'batches' || JSON.stringify(key).includes('latest')
    void client.invalidateQueries({ predicate: ({ queryKey }) => isOpenEnded(queryKey) })
  }, [client])
  useServerEvent('batch', follow)
  useServerEvent('refresh', follow)
  // What happened while nobody looked was not told.
  useEffect(() => {
    const catchUp = (): void => void (document.hidden || follow())
    document.addEventListener('visibilitychange', catchUp)
    return () => document.removeEventListener('visibilitychange', catchUp)
  }, [follow])
}
