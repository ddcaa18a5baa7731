import { queryOptions } from '@tanstack/react-query'
import { ask } from '../../api.ts'
import type { Graph } from './graph.ts'

export const lineageQuery = (at: string) =>
  queryOptions({
    queryKey: ['lineage', at],
    queryFn: ({ signal }) => ask<Graph>('/lineage', { query: { at }, signal }),
  })
