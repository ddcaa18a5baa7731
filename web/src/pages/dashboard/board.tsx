import { useQuery } from '@tanstack/react-query'
import { Problem } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import { type ChartSpec, type Dashboard, dashboardQuery } from '../../dashboards.ts'
import { Notice } from '../../design/notice.tsx'
import { Prose } from '../../design/prose.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { Chart } from './chart.tsx'
import { FigureCards } from './figure-cards.tsx'
import type { Figures } from './figures.ts'
import { FilterBar } from './filter-bar.tsx'
import { Headline } from './headline.tsx'
import { Incidents } from './incidents.tsx'
import { layoutOf } from './layout.ts'
import { Maturity } from './maturity.tsx'
import { type Selection, useSelection } from './selection.ts'
import { useFigures } from './use-figures.ts'

/** One dashboard, as its file says: the news, four numbers, charts that filter each other, incidents, and what to beware of. */
export function Board({ name }: { name: string }) {
  const { at } = useTimeMachine()
  const { data, error, refetch } = useQuery(dashboardQuery(name, at))
  if (error && !data) return isEmptyLake(error) ? <NoBatch /> : <Failed error={error} retry={() => void refetch()} />
  if (!data) return <BoardSkeleton />
  return <Loaded dashboard={data} problem={error} />
}

function Loaded({ dashboard, problem }: { dashboard: Dashboard; problem: unknown }) {
  const selection = useSelection(dashboard.dimensions)
  const { figures, error, isStale, refetch } = useFigures(dashboard.name, selection)
  if (error && !figures) return <Failed error={error} retry={() => void refetch()} />
  const failed = error ?? problem
  return (
    <div className="board" data-stale={isStale}>
      {figures ? <Headline {...{ dashboard, figures, selection }} /> : <Skeleton height={60} />}
      {failed !== null && (
        <Notice tone="warn" title="This could not be refreshed; what you see is what was loaded before.">
          {Problem.of(failed).detail}
        </Notice>
      )}
      {dashboard.refresh.problem && <NotRefreshed {...dashboard.refresh.problem} />}
      <FilterBar {...{ dashboard, figures, selection }} />
      {figures ? <FigureCards {...{ dashboard, figures }} /> : <CardSkeletons />}
      {figures ? <Charts {...{ dashboard, figures, selection }} /> : <ChartSkeletons />}
      <Cautions texts={dashboard.cautions} />
    </div>
  )
}

/** A newer batch is there that could not be loaded: why, and what to do. */
function NotRefreshed({ message, todo }: { message: string; todo: string }) {
  return (
    <Notice tone="warn" title="The newest batch could not be loaded; what you see is the one before.">
      <Prose text={`${message} ${todo}`} />
    </Notice>
  )
}

function Charts({ dashboard, figures, selection }: { dashboard: Dashboard; figures: Figures; selection: Selection }) {
  const layout = layoutOf(dashboard)
  return (
    <div className="board-grid">
      {dashboard.charts.map((chart) => {
        const props = { dashboard, chart, figures, selection, className: layout.get(chart.id) ?? '' }
        return <AnyChart key={chart.id} {...props} />
      })}
    </div>
  )
}

interface AnyChartProps {
  dashboard: Dashboard
  chart: ChartSpec
  figures: Figures
  selection: Selection
  className: string
}

function AnyChart(props: AnyChartProps) {
  if (props.chart.kind === 'incidents') return <Incidents {...props} />
  if (props.chart.kind === 'maturity') return <Maturity {...props} />
  return <Chart {...props} />
}

function Cautions({ texts }: { texts: readonly string[] }) {
  if (texts.length === 0) return null
  return (
    <section className="cautions" aria-labelledby="cautions">
      <h2 id="cautions">What these numbers are not</h2>
      <ul>
        {texts.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  )
}

function isEmptyLake(error: unknown): boolean {
  return ['lake_missing', 'lake_empty'].includes(Problem.of(error).code ?? '')
}

function NoBatch() {
  return (
    <Empty title="There is no batch yet." command="bin/blotter run --source 'demo://chicago?rows=300000&seed=1&day=0'">
      <p>A batch is one pass over the source. This makes the first, of a synthetic city:</p>
    </Empty>
  )
}

function BoardSkeleton() {
  return (
    <div className="board">
      <Skeleton height={60} label="Loading the dashboard" />
      <CardSkeletons />
      <ChartSkeletons />
    </div>
  )
}

function CardSkeletons() {
  return (
    <div className="figure-cards">
      {[1, 2, 3, 4].map((one) => (
        <Skeleton key={one} height={108} />
      ))}
    </div>
  )
}

/** Of what most dashboards begin with. */
const FIRST_CHARTS = [
  { span: 'span-12', height: 480 },
  { span: 'span-12', height: 340 },
  { span: 'span-6', height: 400 },
  { span: 'span-6', height: 400 },
]

function ChartSkeletons() {
  return (
    <div className="board-grid">
      {FIRST_CHARTS.map(({ span, height }, i) => (
        <div key={i} className={span}>
          <Skeleton height={height} />
        </div>
      ))}
    </div>
  )
}
