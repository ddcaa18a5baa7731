import { useQuery } from '@tanstack/react-query'
import { useTimeMachine } from '../../batches.ts'
import { dashboardsQuery } from '../../dashboards.ts'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, betweenBatches, counted } from '../../format.ts'
import { type Changes, changesQuery, type ChangesWish } from '../../incidents.ts'
import { useParam } from '../../url-state.ts'
import { ChangedIncidents } from './changed-incidents.tsx'
import { ChangesMap } from './changes-map.tsx'
import { Kinds } from './kinds.tsx'
import { Reclassified } from './reclassified.tsx'
import { ByType } from './by-type.tsx'
import './changes.css'

/** Two batches side by side: what was new, arrested, reclassified, moved and vanished between them. */
export function Page() {
  const { batches, batch, compare, problem } = useTimeMachine()
  const before = batches?.findLast((one) => batch && one.batch_at < batch.batch_at)
  const from = compare ?? before?.batch_at
  const isFirst = batches !== undefined && batches.length > 0 && from === undefined && batch !== undefined
  if (batches?.length === 0) return <NothingYet />
  if (isFirst) return <Baseline batchAt={batch.batch_at} />
  if (problem) return <Failed error={problem} />
  if (from === undefined || batch === undefined) return <Skeleton height={640} label="Loading the changes" />
  return <Between from={from} to={batch.batch_at} />
}

function Between({ from, to }: { from: string; to: string }) {
  const filters = { kind: useParam('kind'), type: useParam('type'), was: useParam('was'), is: useParam('is') }
  const { data: boards } = useQuery(dashboardsQuery)
  const dashboard = boards?.dashboards[0]?.name
  const wish: ChangesWish = { from, to, ...filters, place: useParam('place'), dashboard }
  const { data, error, refetch } = useQuery(changesQuery({ from, to }, 0, 1))
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={640} label="Loading the changes" />
  return (
    <>
      <Headline changes={data} />
      {data.incidents + (data.counts['restamped'] ?? 0) === 0 ? (
        <Empty title="Nothing changed between these batches." />
      ) : (
        <div className="changes-grid">
          <Kinds changes={data} wish={wish} />
          {dashboard !== undefined && <ChangesMap wish={wish} dashboard={dashboard} />}
          <ByType changes={data} wish={wish} />
          <Reclassified changes={data} wish={wish} />
          <ChangedIncidents wish={wish} category={data.category} />
        </div>
      )}
    </>
  )
}

function Headline({ changes: { from, to, incidents } }: { changes: Changes }) {
  return (
    <header className="headline">
      <p className="overline">Changes</p>
      <h1 className="numeric">
        <strong>{counted(incidents, 'incident', 'incidents')}</strong> changed {betweenBatches(from, to)}.
      </h1>
    </header>
  )
}

function NothingYet() {
  return (
    <Empty title="There is no batch yet." command="bin/blotter run">
      <p>What changes is known from the second batch on.</p>
    </Empty>
  )
}

function Baseline({ batchAt }: { batchAt: string }) {
  return (
    <Empty title="This is the first batch." command="bin/blotter run">
      <p>{`${batchTime(batchAt)} is the baseline: every later batch is compared with the one before it. Make another one:`}</p>
    </Empty>
  )
}
