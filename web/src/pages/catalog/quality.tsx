import { useQuery } from '@tanstack/react-query'
import { Card } from '../../design/card.tsx'
import { Pager } from '../../design/pager.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { Table } from '../../design/table.tsx'
import { batchTime, count, counted, words } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefOf, hrefWith, useParam } from '../../url-state.ts'
import { CatalogHead } from './catalog-head.tsx'
import { type Quality, qualityQuery } from './catalog.ts'
import { OfNewest } from './of-newest.tsx'

const PAGE = 40
const PARTS = [
  { name: 'warnings', title: 'Warnings', what: 'Rows that look odd and are in the lake all the same.' },
  {
    name: 'quarantined',
    title: 'Quarantine',
    what: 'Rows that broke a rule and are kept apart, by the batch that first met them.',
  },
  { name: 'repairs', title: 'Repairs', what: 'Values that were put right.' },
] as const

/** What the rows of each batch were like, so that a source that goes bad is seen. */
export function QualityPage() {
  const page = Math.max(0, Number(useParam('page')) || 0)
  const { data, error, refetch } = useQuery(qualityQuery(page, PAGE))
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={560} label="Loading quality" />
  if (data.total === 0) return <Empty title="There is no batch yet." command="blotter run" />
  const [newest] = data.batches
  return (
    <div className="page">
      <CatalogHead
        title="Quality"
        news={
          newest &&
          `Of ${counted(newest.rows.read, 'row', 'rows')} that the newest batch read, ${count(newest.rows.quarantined)} broke a rule and ${count(sumOf(newest.warnings))} drew a warning.`
        }
      />
      <OfNewest what="Quality" />
      {PARTS.map(({ name, title, what }) => (
        <Card key={name}>
          <header className="part-title">
            <div>
              <h2>{title}</h2>
              <p className="caption">{what}</p>
            </div>
          </header>
          <Rules batches={data.batches} part={name} />
        </Card>
      ))}
      <Pager
        label="More batches"
        offset={page * PAGE}
        limit={PAGE}
        total={data.total}
        hrefFrom={(offset) => hrefWith({ page: offset > 0 ? String(offset / PAGE) : undefined })}
      />
    </div>
  )
}

function sumOf(figures: Record<string, number>): number {
  return Object.values(figures).reduce((sum, n) => sum + n, 0)
}

/** A line a rule: how many rows in each batch as bars, oldest left, and the newest as a figure. */
function Rules({ batches, part }: { batches: readonly Quality[]; part: 'warnings' | 'quarantined' | 'repairs' }) {
  const rules = [...new Set(batches.flatMap((batch) => Object.keys(batch[part])))].sort()
  if (rules.length === 0) return <p className="nothing">{`None in ${counted(batches.length, 'batch', 'batches')}.`}</p>
  const oldestFirst = batches.toReversed()
  return (
    <Table
      className="quality-table"
      caption={`${part} by rule over batches`}
      heads={[
        'Rule',
        `${counted(batches.length, 'batch', 'batches')}, oldest first`,
        { label: 'Newest', isFigure: true },
        { label: 'Most', isFigure: true },
      ]}
      rows={rules.map((rule) => {
        const figures = oldestFirst.map((batch) => batch[part][rule] ?? 0)
        const most = Math.max(...figures)
        const name =
          part === 'quarantined' ? <Link href={hrefOf('/catalog/quarantine', { rule })}>{words(rule)}</Link> : words(rule)
        return {
          key: rule,
          cells: [
            name,
            <Bars key="bars" batches={oldestFirst} figures={figures} most={most} />,
            count(figures.at(-1)!),
            count(most),
          ],
        }
      })}
    />
  )
}

function Bars({ batches, figures, most }: { batches: readonly Quality[]; figures: readonly number[]; most: number }) {
  return (
    <span
      className="quality-bars"
      role="img"
      aria-label={`From ${count(figures[0]!)} to ${count(figures.at(-1)!)}, at most ${count(most)}`}
    >
      {figures.map((n, i) => (
        <i key={batches[i]!.batch_at} title={`${batchTime(batches[i]!.batch_at)}: ${count(n)}`}>
          <b style={{ height: n === 0 ? 1 : Math.max(2, (n / most) * 24) }} data-none={n === 0} />
        </i>
      ))}
    </span>
  )
}
