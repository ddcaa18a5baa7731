import { dayText } from '../memory/calendar.ts'
import type { RefreshState } from '../board.ts'
import type { Dimension } from './definition.ts'
import { hexagonCentre } from '../memory/hexagon.ts'
import { UNKNOWN } from '../memory/keyed.ts'
import type { Loaded } from '../memory/loaded.ts'
import type { Dictionary } from '../memory/memory.ts'

/** A dashboard as a page needs it before any figure: what there is to see and to choose from, as of which batch. */
export function describeDashboard(
  name: string,
  { loaded, refresh, isLatest }: { loaded: Loaded; refresh: RefreshState; isLatest: boolean },
  timezone: string,
) {
  const { definition, memory } = loaded
  const { title, measure, charts, cautions } = definition
  return {
    name,
    title,
    batch_at: memory.batchAt,
    loaded_at: loaded.loadedAt.toISOString(),
    is_latest: isLatest,
    zone: timezone,
    rows: memory.columns.rows,
    first_date: dayText(memory.calendar.firstDay),
    data_through: dayText(memory.calendar.lastDay),
    refresh: { ...refresh, since: refresh.since.toISOString() },
    measure: { value: measure.value.label, base: measure.base.label, unknown: measure.unknown.label },
    dimensions: Object.entries(definition.dimensions).map(([dimension, declared]) => ({
      name: dimension,
      label: declared.label,
      kind: declared.kind,
      ...valuesOf(declared, memory.dictionaries[dimension]),
    })),
    charts: charts.map((chart) => ({
      id: chart.id,
      kind: chart.kind,
      title: chart.title,
      subtitle: chart.subtitle ?? null,
      dimension: 'dimension' in chart ? chart.dimension : null,
      ...('boundaries' in chart && chart.boundaries !== undefined ? { boundaries: chart.boundaries } : {}),
      ...('top' in chart && chart.top !== undefined ? { top: chart.top } : {}),
      ...('columns' in chart
        ? { columns: Object.entries(chart.columns).map(([column, label]) => ({ name: column, label })) }
        : {}),
    })),
    cautions,
  }
}

function valuesOf(declared: Dimension, dictionary: Dictionary | undefined): object {
  if (!dictionary || declared.kind === 'weekday_hour') return {}
  const keys = dictionary.keys.filter((key) => key !== UNKNOWN)
  if (declared.kind !== 'hexagon') {
    const labels: Readonly<Record<string, string>> = declared.kind === 'category' ? declared.labels : {}
    return { values: keys.map((key) => ({ key, label: Object.hasOwn(labels, key) ? labels[key] : key })) }
  }
  const grid = { origin: declared.origin, sizeM: declared.size_m }
  return { size_m: declared.size_m, values: keys.map((key) => ({ key, ...hexagonCentre(grid, key) })) }
}
