import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask } from '../../api.ts'

export interface TableColumn {
  name: string
  type: string
  doc?: string
}

export interface Table {
  /** `raw.crimes` */
  name: string
  doc: string
  rows: number
  snapshot_id: string
  /** The batch that made this version. */
  batch_at: string
  columns: TableColumn[]
}

export interface Snapshot {
  snapshot_id: string
  committed_at: string
  operation: string
  batch_at: string | null
  /** Batches as of which the table is this version. */
  tags: string[]
  rows: number
  added_rows: number
  removed_rows: number
  files: number
  size_bytes: number
}

export interface Partition {
  partition: string | null
  files: number
  rows: number
  size_bytes: number
}

export interface TableDetail extends Table {
  files: number
  size_bytes: number
  holds?: { batch: string; where: string | null; since: string }[]
  location: string
  partitioned_by: string[]
  snapshots: Snapshot[]
  snapshots_total: number
  partitions: Partition[]
}

export interface TableFile {
  path: string
  content: 'data' | 'deletes'
  partition: string | null
  rows: number
  size_bytes: number
}

export interface Quality {
  batch_at: string
  run: string
  kind: string
  rows: Record<'read' | 'landed' | 'unchanged' | 'quarantined' | 'swept', number>
  repairs: Record<string, number>
  warnings: Record<string, number>
  quarantined: Record<string, number>
}

export interface QuarantineRow {
  batch_at: string
  run: string
  rule: string
  key: string | null
  values: Record<string, string | null>
}

export const tablesQuery = (at: string) =>
  queryOptions({
    queryKey: ['tables', at],
    queryFn: ({ signal }) => ask<{ batch_at: string; tables: Table[] }>('/tables', { query: { at }, signal }),
  })

export const tableQuery = (name: string, at: string) =>
  queryOptions({
    queryKey: ['table', name, at],
    queryFn: ({ signal }) =>
      ask<{ batch_at: string; table: TableDetail }>(`/tables/${encodeURIComponent(name)}`, { query: { at }, signal }),
    placeholderData: keepPreviousData,
  })

export const filesQuery = (name: string, at: string, page: number, limit: number) =>
  queryOptions({
    queryKey: ['files', name, at, page],
    queryFn: ({ signal }) =>
      ask<{ total: number; files: TableFile[] }>(`/tables/${encodeURIComponent(name)}/files`, {
        query: { at, offset: page * limit, limit },
        signal,
      }),
  })

export const sampleQuery = (name: string, at: string) =>
  queryOptions({
    queryKey: ['sample', name, at],
    queryFn: ({ signal }) =>
      ask<{ columns: string[]; rows: unknown[][] }>(`/tables/${encodeURIComponent(name)}/sample`, { query: { at }, signal }),
  })

export const qualityQuery = (page: number, limit: number) =>
  queryOptions({
    queryKey: ['quality', 'latest', page],
    queryFn: ({ signal }) =>
      ask<{ total: number; batches: Quality[] }>('/quality', { query: { offset: page * limit, limit }, signal }),
    placeholderData: keepPreviousData,
  })

export const quarantineQuery = (rule: string | undefined, page: number, limit: number) =>
  queryOptions({
    queryKey: ['quarantine', 'latest', rule, page],
    queryFn: ({ signal }) =>
      ask<{ total: number; rules: Record<string, number>; rows: QuarantineRow[] }>('/quarantine', {
        query: { rule, offset: page * limit, limit },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
