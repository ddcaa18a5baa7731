import { useQuery } from '@tanstack/react-query'
import { Problem } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, count, counted } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefOf } from '../../url-state.ts'
import { CatalogHead } from './catalog-head.tsx'
import { type Table, tablesQuery } from './catalog.ts'

/** What each namespace of the pipeline is for. */
const MEANING: Readonly<Record<string, string>> = {
  raw: 'as the source has it',
  processed: 'what the analysis needs',
  aggregates: 'counted ahead',
  history: 'what changed, and each batch',
  quarantine: 'rows that broke a rule',
}

/** All tables as of a batch, by namespace in the way of the data. */
export function TablesPage() {
  const { at } = useTimeMachine()
  const { data, error, refetch } = useQuery(tablesQuery(at))
  if (error) return isEmpty(error) ? <NoTables /> : <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={560} label="Loading tables" />
  const namespaces = Map.groupBy(data.tables, (table) => table.name.split('.')[0]!)
  return (
    <div className="page">
      <CatalogHead
        title="Catalog"
        news={`${counted(data.tables.length, 'table', 'tables')} as of ${batchTime(data.batch_at)} UTC, each readable by any engine that speaks Iceberg.`}
      />
      {[...namespaces].map(([namespace, tables]) => (
        <section key={namespace} className="catalog-namespace" aria-labelledby={`of-${namespace}`}>
          <h2 id={`of-${namespace}`}>
            {namespace} {MEANING[namespace] && <span>{MEANING[namespace]}</span>}
          </h2>
          <ul className="catalog-cards">
            {tables.map((table) => (
              <li key={table.name}>
                <TableCard table={table} batchAt={data.batch_at} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  )
}

function TableCard({ table, batchAt }: { table: Table; batchAt: string }) {
  const [, name] = table.name.split('.')
  return (
    <Link className="card catalog-card" href={hrefOf(`/catalog/${table.name}`)}>
      <h3>{name}</h3>
      <p className="nothing">{table.doc}</p>
      <p className="catalog-rows numeric">
        <strong>{count(table.rows)}</strong> rows, {counted(table.columns.length, 'column', 'columns')}
      </p>
      <p className="caption numeric">
        {table.batch_at === batchAt ? 'made by this batch' : `unchanged since ${batchTime(table.batch_at)}`}
      </p>
    </Link>
  )
}

/** No lake, or no batch in it yet. */
function isEmpty(error: unknown): boolean {
  return ['lake_missing', 'batch_missing'].includes(Problem.of(error).code ?? '')
}

function NoTables() {
  return (
    <Empty title="There are no tables yet." command="blotter run">
      <p>The first batch makes them all.</p>
    </Empty>
  )
}
