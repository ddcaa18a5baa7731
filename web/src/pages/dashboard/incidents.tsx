import { useQueries } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { addressOf, ask } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import type { ChartSpec, Dashboard } from '../../dashboards.ts'
import { Card } from '../../design/card.tsx'
import { sizeOfTexts } from '../../design/column-layout.ts'
import { type Column, DataTable, type Sorting } from '../../design/data-table.tsx'
import { textWidth } from '../../design/text-width.ts'
import { Empty, Failed } from '../../design/states.tsx'
import { batchTime, count, valueText } from '../../format.ts'
import { Link } from '../../link.tsx'
import { go, hrefOf, set, useParam } from '../../url-state.ts'
import { queryOf, type Selection } from './selection.ts'

type Incident = Record<string, string | number | boolean | null>

interface IncidentsAnswer {
  batch_at: string
  total: number
  rows: Incident[]
}

const PAGE = 200

/** The incidents that fit what is chosen, loaded as they come in sight; a row opens its incident’s life. */
export function Incidents({
  dashboard,
  chart,
  selection,
  className,
}: {
  dashboard: Dashboard
  chart: ChartSpec
  selection: Selection
  className: string
}) {
  const { at } = useTimeMachine()
  const sort = useParam('sort') ?? NEWEST_FIRST
  const [sight, setSight] = useState({ first: 0, last: 0 })
  const chosen = { ...queryOf(selection), compare: undefined, at }
  const query = { ...chosen, sort }
  const path = `/dashboards/${dashboard.name}/incidents`
  const pages = [...new Set([0, Math.floor(sight.first / PAGE), Math.floor(sight.last / PAGE)])]
  const loaded = useQueries({
    queries: pages.map((page) => ({
      queryKey: ['incidents', dashboard.name, query, page],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        ask<IncidentsAnswer>(path, { query: { ...query, offset: page * PAGE, limit: PAGE }, signal }),
    })),
  })
  const byPage = new Map(pages.map((page, i) => [page, loaded[i]?.data]))
  const first = byPage.get(0)
  const error = loaded.find((one) => one.error)?.error
  const columns = useMemo(
    () => (chart.columns ?? []).map((column) => columnOf(column, sort, first?.rows ?? [])),
    [chart, sort, first],
  )
  const order = sort === NEWEST_FIRST ? chart.subtitle : orderText(columns)
  const exported = (format: string): string =>
    addressOf(`/dashboards/${dashboard.name}/export`, { ...chosen, chart: chart.id, format })
  return (
    <Card className={`incidents ${className}`}>
      <header className="chart-head">
        <div>
          <h2>{chart.title}</h2>
          <p className="chart-subtitle numeric">
            {first ? `${count(first.total)} ${dashboard.measure.base}. ${order}` : order}
          </p>
        </div>
        <div className="chart-controls">
          <a className="button button-quiet" href={exported('csv')} download>
            CSV
          </a>
          <a className="button button-quiet" href={exported('parquet')} download>
            Parquet
          </a>
        </div>
      </header>
      {error ? (
        <Failed error={error} within="card" />
      ) : first?.total === 0 ? (
        <Empty title={`No ${dashboard.measure.base} fit what is chosen.`} within="card" />
      ) : (
        <DataTable
          label={chart.title}
          columns={columns}
          count={first?.total ?? 12}
          rowAt={(index) => byPage.get(Math.floor(index / PAGE))?.rows[index % PAGE]}
          onSight={(from, to) => (from !== sight.first || to !== sight.last) && setSight({ first: from, last: to })}
          onOpen={(row) => go(hrefOf(`/incidents/${String(row['id'])}`))}
        />
      )}
      <p className="caption numeric">{first && `as of ${batchTime(first.batch_at)} UTC`}</p>
    </Card>
  )
}

const NEWEST_FIRST = '-date'

/** Times and codes are shown whole. */
const CUT_BEYOND_PX = 160
/** A few long texts make no wide column. */
const USUAL = 0.9

function columnOf(
  { name, label }: { name: string; label: string },
  sort: string,
  rows: readonly Incident[],
): Column<Incident> {
  const widths = rows.map((row) => textWidth(valueText(row[name]))).sort((a, b) => a - b)
  const { width, least } = sizeOfTexts(Math.max(textWidth(label), widths[Math.floor(widths.length * USUAL)] ?? 0))
  return {
    name,
    label,
    width,
    least: width > CUT_BEYOND_PX ? least : width,
    grow: width,
    cell: (row) =>
      name === 'id' ? (
        <Link href={hrefOf(`/incidents/${String(row[name])}`)}>{String(row[name])}</Link>
      ) : (
        valueText(row[name])
      ),
    sort: sortingOf(name, sort),
  }
}

/** A click sorts by a column, dates the newest first; another one turns it round. */
function sortingOf(name: string, sort: string): Sorting {
  const [up, down] = [name, `-${name}`]
  const next = sort === up ? down : sort === down ? up : down === NEWEST_FIRST ? down : up
  return {
    direction: sort === up ? 'ascending' : sort === down ? 'descending' : undefined,
    toggle: () => set({ sort: next === NEWEST_FIRST ? undefined : next }),
  }
}

function orderText(columns: readonly Column<Incident>[]): string {
  const by = columns.find(({ sort }) => sort?.direction)
  return by ? `By ${by.label.toLowerCase()}, ${by.sort?.direction}` : ''
}
