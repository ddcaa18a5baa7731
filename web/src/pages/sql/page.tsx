import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Problem } from '../../api.ts'
import { type Batch, useTimeMachine } from '../../batches.ts'
import { Card } from '../../design/card.tsx'
import { PageHead } from '../../design/page-head.tsx'
import { Prose } from '../../design/prose.tsx'
import { useNarrow } from '../../design/use-narrow.ts'
import { Notice } from '../../design/notice.tsx'
import { batchTime } from '../../format.ts'
import { currentPlace, set, useParam } from '../../url-state.ts'
import { Editor, type EditorHandle } from './editor.tsx'
import { Examples } from './examples.tsx'
import { CitedMenu, HistoryMenu, SavedMenu, SaveForm } from './kept-queries.tsx'
import { completionsQuery } from './query.ts'
import { ResultPanel } from './result-panel.tsx'
import { SchemaPanel } from './schema-panel.tsx'
import { useRun } from './use-run.ts'
import './sql.css'

const FIRST = `-- Any statement that reads; Ctrl+Enter runs it.
from history.batches
order by batch_at desc`

/** The console: a statement above, what it gives below, what there is to ask at the left. The address holds statement and batch. */
export function Page() {
  const { at, batch } = useTimeMachine()
  const asked = useParam('sql')
  const { isRunning, result, problem, sql, run, cancel } = useRun()
  const { data: completions } = useQuery(completionsQuery(at))
  const editor = useRef<EditorHandle>(null)
  const isNarrow = useNarrow(960)
  const [initial] = useState(() => currentPlace().params.get('sql') ?? FIRST)
  useEffect(() => {
    if (asked === undefined) return
    editor.current?.replace(asked)
    run(asked, at)
  }, [asked, at, run])
  const start = useCallback(() => {
    const text = editor.current?.text() ?? ''
    if (text.trim() === '') return
    if (text === currentPlace().params.get('sql')) run(text, at)
    else set({ sql: text })
  }, [at, run])
  const pick = (query: { sql: string; at?: string | undefined }): void => {
    editor.current?.replace(query.sql)
    set({ sql: query.sql, ...(query.at === undefined ? {} : { asof: query.at === 'latest' ? undefined : query.at }) })
  }
  const mistake = useMemo(() => placeOf(problem), [problem])
  const schema = <SchemaPanel at={at} insert={(text) => editor.current?.insert(text)} />
  return (
    <div className="page">
      <PageHead title="SQL" news={newsOf(batch)} />
      <div className="sql">
        <aside className="sql-aside" aria-label="Tables and columns">
          {isNarrow ? (
            <details className="sql-fold">
              <summary>Tables and columns</summary>
              {schema}
            </details>
          ) : (
            schema
          )}
        </aside>
        <div className="sql-work">
          <Card className="sql-statement" aria-label="Statement">
            <Editor handle={editor} initial={initial} completions={completions} mistake={mistake} run={start} />
            <div className="sql-bar">
              {isRunning ? (
                <button type="button" className="button" onClick={cancel}>
                  Cancel
                </button>
              ) : (
                <button type="button" className="button button-main" onClick={start} title="Ctrl+Enter">
                  Run
                </button>
              )}
              <SaveForm text={() => editor.current?.text() ?? ''} at={at} />
              <SavedMenu pick={pick} />
              <HistoryMenu pick={pick} />
              <CitedMenu pick={pick} />
              <p className="sql-state caption" role="status">
                {isRunning ? 'Running…' : ''}
              </p>
            </div>
          </Card>
          {problem && <Mistake problem={problem} goTo={(line, column) => editor.current?.goTo(line, column)} />}
          {result && !problem && <ResultPanel key={result.query} result={result} sql={sql} isOld={isRunning} />}
          {!result && !problem && !isRunning && <Examples completions={completions} pick={pick} />}
        </div>
      </div>
    </div>
  )
}

function newsOf(batch: Batch | undefined): string {
  const time = batch ? `as of ${batchTime(batch.batch_at)} UTC` : 'of one batch'
  return `One statement that reads, over all tables ${time}.`
}

function placeOf(problem: Problem | undefined): { line: number; column: number } | undefined {
  const { line, column } = problem ?? {}
  return line !== undefined && column !== undefined ? { line, column } : undefined
}

/** What went wrong, where, and what to do; the engine’s picture of the place is shown as it drew it. */
function Mistake({ problem, goTo }: { problem: Problem; goTo: (line: number, column: number) => void }) {
  const [first = '', ...rest] = problem.detail.split('\n')
  const place = placeOf(problem)
  const isCancelled = problem.code === 'query_cancelled'
  const jump = place && (
    <button type="button" className="button" onClick={() => goTo(place.line, place.column)}>
      {`Line ${place.line}, column ${place.column}`}
    </button>
  )
  const picture = rest.join('\n').replace(/^\n+/, '')
  return (
    <Notice tone={isCancelled ? 'info' : 'bad'} title={<Prose text={first} />} actions={jump}>
      {picture && (
        <pre className="sql-picture" tabIndex={0} role="region" aria-label="Where it is">
          {picture}
        </pre>
      )}
      {problem.todo && (
        <p>
          <Prose text={problem.todo} />
        </p>
      )}
    </Notice>
  )
}
