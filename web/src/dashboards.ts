import { queryOptions } from '@tanstack/react-query'
import { ask } from './api.ts'

/** Shapes of `/api/v1/dashboards`; what a dashboard is made of stands in its file `4-dashboards/*.yaml`. */
export interface DashboardList {
  dashboards: { name: string; title: string }[]
  problems: { file: string; line: number; column: number; message: string }[]
}

export type DimensionKind = 'category' | 'time' | 'boolean' | 'weekday_hour' | 'hexagon'

export interface Dimension {
  name: string
  label: string
  kind: DimensionKind
  /** Of categories with their labels, of hexagons with their centres. */
  values?: { key: string; label?: string; lat?: number; lon?: number }[]
}

export type ChartKind = 'ranked_bars' | 'columns' | 'heat_map' | 'areas' | 'hexagon_map' | 'maturity' | 'incidents'

export interface ChartSpec {
  id: string
  kind: ChartKind
  title: string
  subtitle: string
  dimension: string | null
  top?: number
  /** Of incidents. */
  columns?: { name: string; label: string }[]
}

export interface Dashboard {
  name: string
  title: string
  batch_at: string
  loaded_at: string
  is_latest: boolean
  zone: string
  rows: number
  first_date: string
  data_through: string
  refresh: {
    state: 'fresh' | 'loading' | 'failed'
    since: string
    problem?: { code: string; message: string; todo: string }
  }
  /** What values and bases are called: `without arrest`, `incidents`. */
  measure: { value: string; base: string }
  dimensions: Dimension[]
  charts: ChartSpec[]
  /** What the numbers are not. */
  cautions: string[]
}

export const dashboardsQuery = queryOptions({
  queryKey: ['dashboards'],
  queryFn: ({ signal }) => ask<DashboardList>('/dashboards', { signal }),
})

export const dashboardQuery = (name: string, at: string) =>
  queryOptions({
    queryKey: ['dashboard', name, at],
    queryFn: ({ signal }) => ask<Dashboard>(`/dashboards/${name}`, { query: { at }, signal }),
  })
