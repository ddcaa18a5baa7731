import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query'
import { ask, type Query } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { Lines } from '../../charts/lines.tsx'
import type { ChartSpec, Dashboard } from '../../dashboards.ts'
import { Card } from '../../design/card.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, count, month, percent } from '../../format.ts'
import { queryOf, type Selection } from './selection.ts'

interface Figure {
  days: number
  base: number
  value: number
  share: number | null
  /** True where the days are not over, or lie before the ledger. */
  is_partial: boolean
}

interface MaturityAnswer {
  batch_at: string
  /** The first batch that the change ledger knows of. */
  ledger_from: string | null
  days: number[]
  months: { month: string; figures: Figure[] }[]
}

const maturityQuery = (name: string, query: Query) =>
  queryOptions({
    queryKey: ['maturity', name, query],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) => ask<MaturityAnswer>(`/dashboards/${name}/maturity`, { query, signal }),
  })

interface MaturityProps {
  dashboard: Dashboard
  chart: ChartSpec
  selection: Selection
  className: string
}

/** How soon what is waited for came, by month of the incident: why recent months look worse than they will be. */
export function Maturity({ dashboard, chart, selection, className }: MaturityProps) {
  const { at } = useTimeMachine()
  const { data, error } = useQuery(maturityQuery(dashboard.name, { ...queryOf(selection), compare: undefined, at }))
  if (!data)
    return (
      <Card className={className}>
        <h2>{chart.title}</h2>
        {error ? <Failed error={error} within="card" /> : <Skeleton height={280} />}
      </Card>
    )
  const told = data.months.filter(({ figures }) =>
    figures.some(({ is_partial: isPartial, share }) => !isPartial && share !== null),
  )
  const lines = data.days.map((days) => ({
    label: `${days} days`,
    shares: told.map(({ figures }) => {
      const figure = figures.find((one) => one.days === days)
      return figure && !figure.is_partial ? figure.share : null
    }),
  }))
  const rows = data.months.map(({ month: key, figures }) => [
    month(key),
    ...figures.map(
      (one) =>
        (one.share === null ? `${count(one.value)} of ${count(one.base)}` : percent(one.share)) +
        (one.is_partial ? ' so far' : ''),
    ),
  ])
  return (
    <ChartShell
      id={chart.id}
      title={chart.title}
      subtitle={chart.subtitle}
      batchAt={data.batch_at}
      className={className}
      twin={{ columns: ['Month of the incident', ...data.days.map((days) => `within ${days} days`)], rows }}
    >
      {told.length > 0 ? (
        <Lines label={chart.title} months={told.map(({ month: key }) => key)} lines={lines} />
      ) : (
        <p className="chart-later">{notYet(data)}</p>
      )}
    </ChartShell>
  )
}

function notYet({ days, ledger_from: from }: MaturityAnswer): string {
  const since = from === null ? '' : ` (from ${batchTime(from)} on)`
  return (
    `No month has been watched for ${Math.min(...days)} days yet. The change ledger${since} grows with every batch; ` +
    'a month is told when its days are over. What is known so far is in the table.'
  )
}
