import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { addressOf } from '../../api.ts'
import { BoundaryMap } from '../../charts/boundary-map.tsx'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { Columns } from '../../charts/columns.tsx'
import { HeatMap } from '../../charts/heat-map.tsx'
import { HexagonMap } from '../../charts/hexagon-map.tsx'
import { groundOf } from '../../charts/hexagon-projection.ts'
import type { Choice, Mark } from '../../charts/mark.ts'
import { RankedBars } from '../../charts/ranked-bars.tsx'
import { boundariesQuery, type ChartSpec, type Dashboard, type Dimension } from '../../dashboards.ts'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { counted } from '../../format.ts'
import { useTimeMachine } from '../../batches.ts'
import { dimensionOf, type Figures, type ChartFigures, marksOf } from './figures.ts'
import { queryOf, type Selection, setRange, toggle } from './selection.ts'
import { SqlLink } from './sql-link.tsx'
import { twinOf } from './twin.ts'

interface ChartProps {
  dashboard: Dashboard
  chart: ChartSpec
  figures: Figures
  selection: Selection
  className: string
}

/** A chart of a dimension: choosing a mark filters all the others. */
export function Chart({ dashboard, chart, figures, selection, className }: ChartProps) {
  const { at } = useTimeMachine()
  const [isAll, setAll] = useState(false)
  const dimension = dimensionOf(dashboard, chart)
  const told = figures.charts[chart.id]
  if (!dimension || !told) return null
  const marks = marksOf(dashboard, chart, told)
  const shown = isAll ? marks : marks.slice(0, chart.top ?? TOP)
  const data = { ...queryOf(selection), at, chart: chart.id }
  const canGrow = isRanked(chart) && marks.length > (chart.top ?? TOP)
  return (
    <ChartShell
      id={chart.id}
      title={chart.title}
      subtitle={chart.subtitle}
      batchAt={figures.batch_at}
      className={className}
      twin={twinOf(dimension.label, marks, dashboard.measure)}
      csv={addressOf(`/dashboards/${dashboard.name}/export`, { ...data, format: 'csv' })}
      parquet={addressOf(`/dashboards/${dashboard.name}/export`, { ...data, format: 'parquet' })}
      sql={<SqlLink dashboard={dashboard.name} query={{ ...data, compare: undefined }} />}
    >
      {marks.every(isNothing) ? (
        <Empty title={`No ${dashboard.measure.base} fit what is chosen.`} within="card" />
      ) : (
        <Drawing {...{ dashboard, chart, dimension, told, selection }} marks={isRanked(chart) ? shown : marks} />
      )}
      {canGrow && (
        <button type="button" className="button button-quiet show-all" onClick={() => setAll(!isAll)}>
          {isAll ? `Show the first ${chart.top ?? TOP}` : `Show all ${marks.length}`}
        </button>
      )}
    </ChartShell>
  )
}

const TOP = 12

/** Nothing now, nor in the period that it is compared with. */
function isNothing({ base, compared }: Mark): boolean {
  return base === 0 && (compared?.base ?? 0) === 0
}

function isRanked({ kind }: ChartSpec): boolean {
  return kind === 'ranked_bars' || kind === 'areas'
}

interface DrawingProps {
  dashboard: Dashboard
  chart: ChartSpec
  dimension: Dimension
  marks: readonly Mark[]
  told: ChartFigures
  selection: Selection
}

function Drawing({ dashboard, chart, dimension, marks, told, selection }: DrawingProps) {
  const { name } = dimension
  const outlines = useQuery({
    ...boundariesQuery(dashboard.name, chart.boundaries ?? ''),
    enabled: chart.boundaries !== undefined,
  })
  const choice: Choice = { chosen: selection.keys.get(name) ?? NOTHING, toggle: (key) => toggle(selection, name, key) }
  const common = { label: chart.title, marks, choice, measure: dashboard.measure }
  switch (chart.kind) {
    case 'columns':
      return <Columns {...common} range={selection.range} onRange={setRange} unfinished={told.unfinished} />
    case 'heat_map':
      return <HeatMap {...common} />
    case 'boundary_map':
      if (outlines.error) return <Failed error={outlines.error} within="card" />
      return outlines.data ? <BoundaryMap {...common} shapes={outlines.data} /> : <Skeleton height={480} />
    case 'hexagon_map': {
      const placed = marks.filter(({ lat }) => lat !== undefined)
      return <HexagonMap {...common} marks={placed} ground={groundOf(dimension)} shapes={outlines.data} />
    }
    default:
      return <RankedBars {...common} other={otherOf(told)} />
  }
}

const NOTHING: ReadonlySet<string> = new Set()

function otherOf({ other }: ChartFigures) {
  return other && other.count > 0 ? { ...other, label: counted(other.count, 'other', 'others') } : undefined
}
