import { queryOptions, useQuery } from '@tanstack/react-query'
import { ask } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import { ChartShell } from '../../charts/chart-shell.tsx'
import { Lines } from '../../charts/lines.tsx'
import type { ChartSpec, Dashboard } from '../../dashboards.ts'
import { Card } from '../../design/card.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { count, month, percent } from '../../format.ts'

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
  days: number[]
  months: { month: string; figures: Figure[] }[]
}

const maturityQuery = (name: string, at: string) =>
  queryOptions({
    queryKey: ['maturity', name, at],
    queryFn: ({ signal }) => ask<MaturityAnswer>(`/dashboards/${name}/maturity`, { query: { at }, signal }),
  })

/** How soon what is waited for came, by month of the incident: why recent months look worse than they will be. */
export function Maturity({ dashboard, chart, className }: { dashboard: Dashboard; chart: ChartSpec; className: string }) {
  const { at } = useTimeMachine()
  const { data, error } = useQuery(maturityQuery(dashboard.name, at))
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
        <p className="chart-later">{`No month has been watched for ${Math.min(...data.days)} days yet. The change ledger grows with every batch; the first month is told when its days are over. What is known so far is in the table.`}</p>
      )}
    </ChartShell>
  )
}
