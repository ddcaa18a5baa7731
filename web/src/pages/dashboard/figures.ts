import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ask, type Query } from '../../api.ts'
import type { Mark } from '../../charts/mark.ts'
import type { DayRange } from '../../charts/periods.ts'
import type { ChartSpec, Dashboard, Dimension } from '../../dashboards.ts'
import { calm, month, placeText } from '../../format.ts'

/** A mark as the server tells it: labels and places of its dimension’s values are told once, with the dashboard. */
type ToldMark = Omit<Mark, 'label' | 'lat' | 'lon'> & { label?: string }

export interface ChartFigures {
  marks: ToldMark[]
  /** The month that is not over. */
  unfinished?: string
  /** The values beyond the first `top`. */
  other?: { value: number; base: number; count: number }
}

export interface Figures {
  batch_at: string
  period: DayRange
  /** Null where a comparison was asked for and nothing is complete. */
  compared_period?: { now: DayRange; earlier: DayRange } | null
  cards: {
    value: number
    base: number
    unknown: number
    share: number | null
    change: { since: string; value: number } | null
    data_through: string
  }
  charts: Record<string, ChartFigures>
  /** What was chosen and no incident has, `type=ARSON`. */
  unmatched: string[]
  server_ms: number
}

/** Figures stay on the page until those of a new choice are there. */
export const figuresQuery = (name: string, query: Query) =>
  queryOptions({
    queryKey: ['figures', name, query],
    queryFn: ({ signal }) => ask<Figures>(`/dashboards/${name}/figures`, { query, signal }),
    placeholderData: keepPreviousData,
  })

/** The key of incidents that have no value. */
const UNKNOWN = 'unknown'
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const FLAGS: Readonly<Record<string, string>> = { true: 'yes', false: 'no', unknown: 'unknown' }

/** What people read for a key of a dimension. */
export function labelOf(dimension: Dimension, key: string, told?: string): string {
  if (dimension.kind === 'boolean') return `${dimension.label}: ${FLAGS[key] ?? key}`
  const value = valueOf(dimension, key)
  const label = told ?? value?.label
  if (label !== undefined) return calm(label)
  if (dimension.kind === 'time') return key.length === 7 ? month(key) : key
  if (dimension.kind === 'hexagon') return placeText(value)
  if (dimension.kind !== 'weekday_hour') return key === UNKNOWN ? `${dimension.label} unknown` : calm(key)
  const [weekday = 1, hour = 0] = key.split('-').map(Number)
  return `${WEEKDAYS[weekday - 1]}, ${String(hour).padStart(2, '0')}:00–${String(hour).padStart(2, '0')}:59`
}

type Value = NonNullable<Dimension['values']>[number]

const valuesByKey = new WeakMap<Dimension, Map<string, Value>>()

/** What is told of a key; there are thousands of hexagons, so that they are sorted by key once. */
function valueOf(dimension: Dimension, key: string): Value | undefined {
  const known = valuesByKey.get(dimension) ?? new Map(dimension.values?.map((value) => [value.key, value]))
  valuesByKey.set(dimension, known)
  return known.get(key)
}

/** The marks of a chart with their labels and places; what is unknown comes last. */
export function marksOf(dashboard: Dashboard, chart: ChartSpec, figures: ChartFigures): Mark[] {
  const dimension = dimensionOf(dashboard, chart)
  if (!dimension) return []
  const marks = figures.marks.map((mark) => {
    const { lat, lon } = valueOf(dimension, mark.key) ?? {}
    return { ...mark, label: labelOf(dimension, mark.key, mark.label), lat, lon }
  })
  const known = marks.filter(({ key }) => key !== UNKNOWN)
  return [...known, ...marks.filter(({ key }) => key === UNKNOWN)]
}

export function dimensionOf(dashboard: Dashboard, chart: ChartSpec): Dimension | undefined {
  return dashboard.dimensions.find(({ name }) => name === chart.dimension)
}
