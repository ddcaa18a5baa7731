import { useQuery } from '@tanstack/react-query'
import { useTimeMachine } from '../../batches.ts'
import { Card } from '../../design/card.tsx'
import { Facts } from '../../design/facts.tsx'
import { Notice } from '../../design/notice.tsx'
import { PageHead } from '../../design/page-head.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { Tabs } from '../../design/tabs.tsx'
import { batchTime, bytes, count, counted, title } from '../../format.ts'
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
    <div className="page">
      <PageHead title={name.split('.')[1] ?? name} way={<Way namespace={name.split('.')[0] ?? ''} />} news={table.doc}>
        <Link className="button" href={hrefOf('/lineage', { table: name })}>
          Where it comes from
        </Link>
      </PageHead>
      <Facts facts={factsOf(table, data.batch_at)} />
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

function Way({ namespace }: { namespace: string }) {
  return (
    <>
      <Link href={hrefOf('/catalog')}>Catalog</Link> / {namespace}
    </>
  )
}

function factsOf(table: TableDetail, batchAt: string) {
  return [
    { name: 'rows', value: count(table.rows) },
    { name: 'size', value: bytes(table.size_bytes) },
    { name: 'files', value: count(table.files) },
    { name: 'partitioned by', value: table.partitioned_by.join(', ') || 'nothing' },
    { name: 'as of', value: batchTime(batchAt) },
    { name: 'made by batch', value: batchTime(table.batch_at) },
  ]
}

function Views({ table, version }: { table: TableDetail; version: string }) {
  const wanted = useParam('view')
  const view = VIEWS.find((one) => one === wanted) ?? 'columns'
  const totals = {
    columns: table.columns.length,
    partitions: table.partitions.length,
    files: table.files,
    sample: undefined,
  }
  return (
    <>
      <Tabs
        label="What of this version"
        tabs={VIEWS.map((one) => ({
          href: hrefWith({ view: one === 'columns' ? undefined : one }),
          title: one === 'sample' ? 'Sample rows' : title(one),
          isCurrent: one === view,
          total: totals[one],
        }))}
      />
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
