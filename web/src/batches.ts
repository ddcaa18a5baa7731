import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { ask } from './api.ts'
import { useReturn, useServerEvent } from './events.ts'
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
const batchesQuery = queryOptions({
  queryKey: ['batches'],
  queryFn: ({ signal }) => ask<Batch[]>('/batches', { signal }),
})

/** The batch that a REF names: a day, `latest~1`, a snapshot. */
const batchQuery = (ref: string) =>
  queryOptions({
    queryKey: ['batch', ref, 'latest'],
    queryFn: ({ signal }) => ask<Batch>(`/batches/${encodeURIComponent(ref)}`, { signal }),
  })

export interface TimeMachine {
  /** Oldest first; undefined while loading. */
  batches: Batch[] | undefined
  /** `?asof=`, to be sent as `at`; `latest` where none is chosen. */
  at: string
  /** `?compare=`, a REF; undefined where none is chosen. */
  compare: string | undefined
  /** The batch looked at; undefined while it is being looked for, and where there is none. */
  batch: Batch | undefined
  /** The same of the one that is compared with. */
  compared: Batch | undefined
  isPast: boolean
  /** Why there is no such batch. */
  problem: unknown
}

/** Which batch every page shows, and which it is compared with. */
export function useTimeMachine(): TimeMachine {
  const { data: batches } = useQuery(batchesQuery)
  const at = useParam('asof') ?? 'latest'
  const compare = useParam('compare')
  const newest = batches?.at(-1)
  const { batch, problem } = useNamed(at, batches)
  const { batch: compared } = useNamed(compare, batches)
  const isPast = at !== 'latest' && newest !== undefined && batch?.batch_at !== newest.batch_at
  return { batches, at, compare, batch, compared, isPast, problem }
}

/** The batch that a REF names: one of the list, or as the server finds it. */
function useNamed(ref: string | undefined, batches: readonly Batch[] | undefined) {
  const listed = ref === 'latest' ? batches?.at(-1) : batches?.find((one) => one.batch_at === ref)
  const isOther = ref !== undefined && ref !== 'latest' && batches !== undefined && listed === undefined
  const { data, error } = useQuery({ ...batchQuery(ref ?? ''), enabled: isOther })
  return { batch: listed ?? (isOther ? data : undefined), problem: error }
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
  useReturn(follow)
}
