import { useQuery } from '@tanstack/react-query'
import { Card } from '../../design/card.tsx'
import { Facts } from '../../design/facts.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, dayTime, duration } from '../../format.ts'
import { Gantt } from './gantt.tsx'
import { RunDecision } from './run-decision.tsx'
import { RunLog } from './run-log.tsx'
import { RunReport } from './run-report.tsx'
import { type RunStory, runQuery } from './runs.ts'
import { StateMark } from './state-mark.tsx'
import { useNow } from '../../use-now.ts'

/** Everything about one run: what it waits for, its steps over time, its log, what it made. */
export function RunView({ run }: { run: string }) {
  const { data, error, refetch } = useQuery(runQuery(run))
  const now = useNow(data?.state === 'running' ? 1000 : undefined)
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={420} label="Loading the run" />
  return (
    <section className="run-view" aria-labelledby="run-title">
      <RunHead run={data} now={now} />
      <RunDecision run={data} />
      <div className="run-parts">
        <Card>
          <Gantt run={data} now={now} />
        </Card>
        <Card>
          <RunLog run={data} />
        </Card>
        {data.report && hasFound(data.report) && <RunReport report={data.report} state={data.state} />}
      </div>
    </section>
  )
}

/** A run that failed before it read anything has nothing to show. */
function hasFound({ rows, tables }: NonNullable<RunStory['report']>): boolean {
  return tables.length > 0 || Object.values(rows).some((n) => n > 0)
}

function RunHead({ run, now }: { run: RunStory; now: number }) {
  const took = run.state === 'running' ? (now - Date.parse(run.started_at)) / 1000 : run.seconds
  // Of a run that was broken off, what would have been left says nothing.
  const isOfUse = (left: number): boolean => left < 0 || !['failed', 'terminated'].includes(run.state)
  const margin = run.margins.find((one) => one.scope === 'run' && isOfUse(one.margin_seconds))
  const facts = [
    { name: 'took', value: took === null ? '–' : duration(Math.max(0, took)) },
    ...(run.expected_seconds === null ? [] : [{ name: 'expected', value: duration(run.expected_seconds) }]),
    ...(margin ? [factOf(margin)] : []),
  ]
  return (
    <header className="run-head">
      <div>
        <h2 id="run-title">
          <StateMark state={run.state} /> {batchTime(run.batch_at)}
        </h2>
        <p className="caption numeric">
          {`run ${run.run} · ${run.kind ?? 'kind still open'} · from ${run.source} · begun ${dayTime(run.started_at)} UTC`}
        </p>
      </div>
      <Facts facts={facts} />
    </header>
  )
}

function factOf({ margin_seconds: left, limit_seconds: limit }: RunStory['margins'][number]) {
  return {
    name: left < 0 ? 'too late by' : 'left of the deadline',
    value: (
      <>
        {duration(Math.abs(left))}
        <span className="caption">{` of ${duration(limit)}`}</span>
      </>
    ),
    isBad: left < 0,
  }
}
