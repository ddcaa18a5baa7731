import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { ask } from '../../api.ts'
import { currentPlace, hrefOf } from '../../url-state.ts'

export type State = 'queued' | 'running' | 'succeeded' | 'failed' | 'skipped' | 'terminated' | 'held'

export interface Step {
  name: string
  state: State
  seconds: number
  attempts: number
}

export interface Run {
  run: string
  batch_at: string
  kind: 'full' | 'incremental' | 'restore' | null
  state: State
  started_at: string
  finished_at: string | null
  seconds: number | null
  source: string
  steps: Step[]
}

export interface RunList {
  total: number
  /** The one begun last first. */
  runs: Run[]
}

interface Told {
  code: string
  message: string
  todo: string
}

export interface Try {
  attempt: number
  state: State
  started_at: string
  ended_at: string | null
  message: string | null
}

export interface StoryStep extends Step {
  started_at: string | null
  finished_at: string | null
  error?: Told
  tries: Try[]
  rows?: { done: number; expected?: number }
}

export interface LogLine {
  at: string
  level: 'info' | 'warn' | 'error'
  /** Null for the run itself. */
  step: string | null
  message: string
}

export interface RunStory extends Omit<Run, 'steps'> {
  steps: StoryStep[]
  released: boolean
  error?: Told
  held?: { guard: string; message: string; todo: string }
  report?: {
    rows: Record<'read' | 'landed' | 'unchanged' | 'quarantined' | 'swept', number>
    repairs: Record<string, number>
    warnings: Record<string, number>
    changes: Record<string, number>
    tables: { name: string; snapshot_id: string; rows: number }[]
  }
  margins: { scope: string; limit_seconds: number; elapsed_seconds: number; margin_seconds: number }[]
  expected_seconds: number | null
  log: LogLine[]
  /** By the server's clock. */
  told_at: string
}

/** Columns of the grid. */
export const SHOWN = 30

export const runsQuery = (offset: number) =>
  queryOptions({
    queryKey: ['runs', offset],
    queryFn: ({ signal }) => ask<RunList>('/runs', { query: { offset, limit: SHOWN }, signal }),
    placeholderData: keepPreviousData,
  })

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: ['runs', run],
    queryFn: ({ signal }) => ask<RunStory>(`/runs/${encodeURIComponent(run)}`, { signal }),
    // Events tell of changes; that a process died is only seen by looking.
    refetchInterval: ({ state: { data } }) => (data?.state === 'running' ? 5000 : false),
  })

/** Asks for something to be done with runs; what is shown of them is asked for anew whatever comes of it. */
export function useRunAction(onBegun?: (run: string) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ path, body }: { path: string; body?: object }) =>
      ask<{ run: string }>(path, { method: 'POST', ...(body ? { body } : {}) }),
    onSuccess: ({ run }) => onBegun?.(run),
    onSettled: () => client.invalidateQueries({ queryKey: ['runs'] }),
  })
}

/** The address of a run, on the same part of the grid. */
export function hrefOfRun(run: string, step?: string): string {
  const older = currentPlace().params.get('older') ?? undefined
  return hrefOf(`/runs/${encodeURIComponent(run)}`, { older, step })
}
