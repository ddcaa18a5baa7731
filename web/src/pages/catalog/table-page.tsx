import { useQuery } from '@tanstack/react-query'
import { useTimeMachine } from '../../batches.ts'
import { Card } from '../../design/card.tsx'
import { Notice } from '../../design/notice.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, bytes, count, counted } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefOf, hrefWith, useParam } from '../../url-state.ts'
import { type TableDetail, tableQuery } from './catalog.ts'
import { Columns } from './columns.tsx'
import { Files } from './files.tsx'
import { Partitions } from './partitions.tsx'
import { Sample } from './sample.tsx'
import { Snapshots } from './snapshots.tsx'

const VIEWS = ['columns', 'sample', 'partitions', 'files'] as const

/** One table: its versions as a timeline, and of the chosen one its columns, rows, partitions and files. */
export function TablePage({ name }: { name: string }) {
  const { at } = useTimeMachine()
  // A snapshot's id is a REF like a batch is.
  const version = useParam('snapshot') ?? at
  const { data, error, refetch } = useQuery(tableQuery(name, version))
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={560} label={`Loading ${name}`} />
  const { table } = data
  return (
    <div className="catalog">
      <header className="page-head">
        <div>
          <p className="catalog-way">
            <Link href={hrefOf('/catalog')}>Catalog</Link> / {name.split('.')[0]}
          </p>
          <h1>{name.split('.')[1]}</h1>
          <p className="catalog-news">{table.doc}</p>
        </div>
        <Link className="button" href={hrefOf('/lineage', { table: name })}>
          Where it comes from
        </Link>
      </header>
      <Facts table={table} batchAt={data.batch_at} />
      {table.holds?.map((hold) => (
        <Notice
          key={hold.since}
          tone="warn"
          title={`A restore holds ${hold.where === null ? 'the whole table' : `incidents where ${hold.where}`} as of ${batchTime(hold.batch)}, since ${batchTime(hold.since)}.`}
        />
      ))}
      <Card>
        <Snapshots table={table} shown={table.snapshot_id} />
      </Card>
      <Card className="catalog-version">
        <Views table={table} version={version} />
      </Card>
    </div>
  )
}

function Facts({ table, batchAt }: { table: TableDetail; batchAt: string }) {
  const facts: [string, string][] = [
    ['rows', count(table.rows)],
    ['size', bytes(table.size_bytes)],
    ['files', count(table.files)],
    ['partitioned by', table.partitioned_by.join(', ') || 'nothing'],
    ['as of', batchTime(batchAt)],
    ['made by batch', batchTime(table.batch_at)],
  ]
  return (
    <dl className="catalog-facts numeric">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Views({ table, version }: { table: TableDetail; version: string }) {
  const wanted = useParam('view')
  const view = VIEWS.find((one) => one === wanted) ?? 'columns'
  const numbers = {
    columns: table.columns.length,
    partitions: table.partitions.length,
    files: table.files,
    sample: undefined,
  }
  return (
    <>
      <nav className="catalog-views" aria-label="What of this version">
        {VIEWS.map((one) => (
          <Link
            key={one}
            href={hrefWith({ view: one === 'columns' ? undefined : one })}
            aria-current={one === view ? 'true' : undefined}
          >
            {one === 'sample' ? 'Sample rows' : `${one[0]!.toUpperCase()}${one.slice(1)}`}
            {numbers[one] !== undefined && <span className="caption numeric">{count(numbers[one])}</span>}
          </Link>
        ))}
      </nav>
      {view === 'columns' && <Columns table={table} />}
      {view === 'sample' && <Sample name={table.name} version={version} />}
      {view === 'partitions' && <Partitions partitions={table.partitions} />}
      {view === 'files' && <Files name={table.name} version={version} />}
      <p className="caption catalog-place">
        {`${counted(table.snapshots_total, 'snapshot', 'snapshots')} in ${table.location}; this one is ${table.snapshot_id}`}
      </p>
    </>
  )
}
