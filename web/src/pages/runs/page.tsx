import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Card } from '../../design/card.tsx'
import { PageHead } from '../../design/page-head.tsx'
import { Pager } from '../../design/pager.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { useReturn, useServerEvent } from '../../events.ts'
import { ago, counted, duration } from '../../format.ts'
import { hrefWith, useParam, usePlace } from '../../url-state.ts'
import { BeginRun } from './begin-run.tsx'
import { RunGrid } from './run-grid.tsx'
import { RunView } from './run-view.tsx'
import { type Run, runsQuery, SHOWN } from './runs.ts'
import './gantt.css'
import './run-grid.css'
import './run-log.css'
import './runs.css'
import './state-mark.css'

export function Page() {
  useFollowRuns()
  const { path } = usePlace()
  const offset = Math.max(0, Number(useParam('older')) || 0)
  const { data, error, refetch } = useQuery(runsQuery(offset))
  const newest = useQuery(runsQuery(0)).data?.runs[0]
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={560} label="Loading runs" />
  if (data.total === 0) return <NoRuns />
  const chosen = path.startsWith('/runs/') ? decodeURIComponent(path.slice('/runs/'.length)) : data.runs[0]?.run
  return (
    <div className="page">
      <PageHead title="Runs" news={newest && newsOf(newest)}>
        <BeginRun />
      </PageHead>
      <Card>
        <header className="part-title">
          <h2>{`${counted(data.total, 'run', 'runs')}, the newest at the right`}</h2>
          <Pager
            label="More runs"
            offset={offset}
            limit={SHOWN}
            total={data.total}
            hrefFrom={(from) => hrefWith({ older: from > 0 ? String(from) : undefined })}
          />
        </header>
        <RunGrid runs={data.runs.toReversed()} chosen={chosen} />
      </Card>
      {chosen && <RunView run={chosen} />}
    </div>
  )
}

function newsOf({ state, started_at, seconds, steps }: Run): string {
  const begun = ago(started_at, Date.now())
  if (state === 'running')
    return `The newest run is under way: ${steps.find((step) => step.state === 'running')?.name ?? 'it begins'}.`
  if (state === 'held') return `The newest run is held by a guard: somebody has to decide.`
  const end = state === 'terminated' ? 'was terminated' : state === 'queued' ? 'was interrupted' : state
  return `The newest run, begun ${begun}, ${end}${seconds === null ? '' : ` after ${duration(seconds)}`}.`
}

function NoRuns() {
  return (
    <>
      <PageHead title="Runs">
        <BeginRun />
      </PageHead>
      <Empty title="There has been no run yet." command="blotter run">
        <p>A run makes a batch: it reads the source, checks its rows and commits all tables at once.</p>
      </Empty>
    </>
  )
}

/** Asks for runs anew whenever one changes, whichever process works on it. */
function useFollowRuns(): void {
  const client = useQueryClient()
  const follow = useCallback(() => void client.invalidateQueries({ queryKey: ['runs'] }), [client])
  useServerEvent('run', follow)
  useReturn(follow)
}
