import { useState } from 'react'
import type { Problem } from '../../api.ts'
import { Refusal } from '../../design/refusal.tsx'
import { batchTime, count, counted } from '../../format.ts'
import { set, useParam } from '../../url-state.ts'
import { CiteButton, type Cited, CitedNotice } from './cite-button.tsx'
import { ExportMenu } from './export-menu.tsx'
import type { QueryResult } from './query.ts'
import { QuickChart } from './quick-chart.tsx'
import { ResultTable } from './result-table.tsx'

interface ResultPanelProps {
  result: QueryResult
  /** The statement that it is of. */
  sql: string
  /** True while another is awaited: what is shown stays, and says so. */
  isOld: boolean
}

/** Rows, time and batch, the rows themselves as a table or a chart, and ways to take them along. */
export function ResultPanel({ result, sql, isOld }: ResultPanelProps) {
  const view = useParam('view') === 'chart' ? 'chart' : 'table'
  const [cited, setCited] = useState<Cited>()
  const [failure, setFailure] = useState<Problem>()
  const { rows, batch_at, seconds, is_truncated } = result
  return (
    <section className="sql-result" aria-label="Result" data-old={isOld}>
      <header className="sql-result-head">
        <p className="sql-told numeric">
          <strong>{is_truncated ? `The first ${count(rows.length)} rows` : counted(rows.length, 'row', 'rows')}</strong>
          <span>{secondsText(seconds)}</span>
          <span>{`as of ${batchTime(batch_at)} UTC`}</span>
        </p>
        <div className="sql-actions">
          <div className="sql-views" role="group" aria-label="Show as">
            {(['table', 'chart'] as const).map((one) => (
              <button
                key={one}
                type="button"
                className="button"
                aria-pressed={view === one}
                onClick={() => set({ view: one === 'table' ? undefined : one }, { replace: true })}
              >
                {one === 'table' ? 'Table' : 'Chart'}
              </button>
            ))}
          </div>
          <CiteButton sql={sql} batchAt={batch_at} told={setCited} />
          <ExportMenu sql={sql} batchAt={batch_at} fail={setFailure} />
        </div>
      </header>
      {cited && <CitedNotice cited={cited} close={() => setCited(undefined)} />}
      <Refusal error={failure} />
      {view === 'chart' ? <QuickChart result={result} /> : <ResultTable result={result} />}
      {is_truncated && <p className="caption">There are more rows than are shown. An export has all of them.</p>}
    </section>
  )
}

function secondsText(seconds: number): string {
  return seconds < 1 ? `${Math.max(1, Math.round(seconds * 1000))} ms` : `${seconds.toFixed(1)} s`
}
