import { queryOptions } from '@tanstack/react-query'
import { ask } from './api.ts'
import type { Shape } from './charts/shape.ts'

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

export type ChartKind =
  'ranked_bars' | 'columns' | 'heat_map' | 'areas' | 'boundary_map' | 'hexagon_map' | 'maturity' | 'incidents'

export interface ChartSpec {
  id: string
  kind: ChartKind
  title: string
  subtitle: string
  dimension: string | null
  top?: number
  /** Of maps: the areas that it fills, or whose outlines it shows. */
  boundaries?: string
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

interface Outlines {
  features: { id: string; geometry: { coordinates: Shape['polygons'] } }[]
}

/** The areas of a dashboard’s boundaries, from its GeoJSON. */
export const boundariesQuery = (name: string, boundaries: string) =>
  queryOptions({
    queryKey: ['boundaries', name, boundaries],
    queryFn: async ({ signal }): Promise<Shape[]> => {
      const { features } = await ask<Outlines>(`/dashboards/${name}/boundaries/${boundaries}`, { signal })
      return features.map(({ id, geometry }) => ({ key: id, polygons: geometry.coordinates }))
    },
  })
