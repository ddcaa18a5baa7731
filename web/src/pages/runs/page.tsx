import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { Card } from '../../design/card.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { useServerEvent } from '../../events.ts'
import { ago, count, counted, duration } from '../../format.ts'
import { set, useParam, usePlace } from '../../url-state.ts'
import { BeginRun } from './begin-run.tsx'
import { RunGrid } from './run-grid.tsx'
import { RunView } from './run-view.tsx'
import { type Run, runsQuery, SHOWN } from './runs.ts'
import './runs.css'

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
    <div className="runs">
      <header className="page-head">
        <div>
          <h1>Runs</h1>
          {newest && <p className="runs-news">{newsOf(newest)}</p>}
        </div>
        <BeginRun />
      </header>
      <Card>
        <header className="runs-grid-head">
          <h2>
            {data.total > SHOWN
              ? `Runs ${count(offset + 1)} to ${count(offset + data.runs.length)} of ${count(data.total)}, the newest at the right`
              : `${counted(data.total, 'run', 'runs')}, the newest at the right`}
          </h2>
          <nav aria-label="More runs">
            <button
              type="button"
              className="button button-quiet"
              disabled={offset + SHOWN >= data.total}
              onClick={() => set({ older: String(offset + SHOWN) })}
            >
              Older
            </button>
            <button
              type="button"
              className="button button-quiet"
              disabled={offset === 0}
              onClick={() => set({ older: offset > SHOWN ? String(offset - SHOWN) : undefined })}
            >
              Newer
            </button>
          </nav>
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
      <header className="page-head">
        <h1>Runs</h1>
        <BeginRun />
      </header>
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
}
