import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, Problem } from '../../api.ts'
import { Icon, type IconName } from '../../design/icon.tsx'
import { Popover } from '../../design/popover.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { ago, count, counted, dayTime } from '../../format.ts'
import { type AskedQuery, citationsQuery, historyQuery, type SavedQuery, savedQueriesQuery } from './query.ts'

interface PickProps {
  pick: (query: { sql: string; at?: string | undefined }) => void
}

/** Queries that somebody has kept under a name. */
export function SavedMenu({ pick }: PickProps) {
  return <Popover button="Saved">{(close) => <SavedList pick={(query) => (close(), pick(query))} />}</Popover>
}

function SavedList({ pick }: PickProps) {
  const { data, error } = useQuery(savedQueriesQuery)
  const client = useQueryClient()
  const [problem, setProblem] = useState<Problem>()
  if (error) return <Failed error={error} />
  if (!data) return <Skeleton lines={4} />
  if (data.queries.length === 0) return <p className="sql-hint">No query has been saved yet.</p>
  const remove = async ({ name }: SavedQuery): Promise<void> => {
    try {
      await ask(`/saved-queries/${encodeURIComponent(name)}`, { method: 'DELETE' })
      await client.invalidateQueries({ queryKey: savedQueriesQuery.queryKey })
    } catch (failed) {
      setProblem(Problem.of(failed))
    }
  }
  return (
    <>
      {problem && (
        <p className="sql-hint" role="alert">
          {problem.detail}
        </p>
      )}
      {data.total > data.queries.length && (
        <p className="sql-hint">{`The first ${count(data.queries.length)} of ${count(data.total)}, by name.`}</p>
      )}
      <ul className="sql-kept" aria-label="Saved queries">
        {data.queries.map((query) => (
          <li key={query.name}>
            <button type="button" className="menu-item sql-kept-item" onClick={() => pick(query)}>
              <span>{query.name}</span>
              <span className="caption">{[query.doc, query.saved_by].filter(Boolean).join(' · ')}</span>
            </button>
            <button
              type="button"
              className="button button-quiet button-icon"
              aria-label={`Remove ${query.name}`}
              onClick={() => void remove(query)}
            >
              <Icon name="close" size={16} />
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}

const MARKS: Record<AskedQuery['state'], IconName> = { succeeded: 'check', failed: 'failed', cancelled: 'close' }

/** What the person has asked before, the newest first. */
export function HistoryMenu({ pick }: PickProps) {
  return <Popover button="History">{(close) => <HistoryList pick={(query) => (close(), pick(query))} />}</Popover>
}

function HistoryList({ pick }: PickProps) {
  const { data, error } = useQuery(historyQuery)
  const [now] = useState(() => Date.now())
  if (error) return <Failed error={error} />
  if (!data) return <Skeleton lines={4} />
  if (data.queries.length === 0) return <p className="sql-hint">You have not asked anything yet.</p>
  return (
    <ul className="sql-kept" aria-label="What you have asked">
      {data.queries.map(({ query, sql, state, started_at, rows, problem }) => (
        <li key={query}>
          <button
            type="button"
            className="menu-item sql-kept-item"
            title={problem ?? undefined}
            onClick={() => pick({ sql })}
          >
            <code>{sql.replaceAll(/\s+/g, ' ').slice(0, 120)}</code>
            <span className="caption" data-state={state}>
              <Icon name={MARKS[state]} size={14} />
              {[state, rows === null ? '' : counted(rows, 'row', 'rows'), ago(started_at, now)].filter(Boolean).join(' · ')}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** What has been quoted; picking one shows its statement as of its batch. */
export function CitedMenu({ pick }: PickProps) {
  return <Popover button="Cited">{(close) => <CitedList pick={(query) => (close(), pick(query))} />}</Popover>
}

function CitedList({ pick }: PickProps) {
  const { data, error } = useQuery(citationsQuery)
  if (error) return <Failed error={error} />
  if (!data) return <Skeleton lines={4} />
  if (data.citations.length === 0) return <p className="sql-hint">Nothing has been cited yet.</p>
  return (
    <ul className="sql-kept" aria-label="Citations">
      {data.citations.map(({ citation, query, batch_at, rows, cited_by }) => (
        <li key={citation}>
          <button type="button" className="menu-item sql-kept-item" onClick={() => pick({ sql: query, at: batch_at })}>
            <code>{query.replaceAll(/\s+/g, ' ').slice(0, 120)}</code>
            <span className="caption">
              {[citation, counted(rows, 'row', 'rows'), dayTime(batch_at), cited_by].join(' · ')}
            </span>
          </button>
        </li>
      ))}
    </ul>
  )
}

/** Keeps the statement under a name. */
export function SaveForm({ text, at }: { text: () => string; at: string }) {
  return <Popover button="Save as…">{(close) => <SaveFields text={text} at={at} done={close} />}</Popover>
}

function SaveFields({ text, at, done }: { text: () => string; at: string; done: () => void }) {
  const client = useQueryClient()
  const [problem, setProblem] = useState<Problem>()
  const save = async (form: FormData): Promise<void> => {
    const [name, doc] = [String(form.get('name')).trim(), String(form.get('doc')).trim()]
    const body = { sql: text(), ...(doc ? { doc } : {}), ...(form.get('fixed') ? { at } : {}) }
    try {
      await ask(`/saved-queries/${encodeURIComponent(name)}`, { method: 'PUT', body })
      await client.invalidateQueries({ queryKey: savedQueriesQuery.queryKey })
      done()
    } catch (error) {
      setProblem(Problem.of(error))
    }
  }
  return (
    <form className="sql-save" action={(form) => void save(form)}>
      <label>
        <span className="caption">Name</span>
        <input className="field" name="name" required maxLength={80} autoComplete="off" />
      </label>
      <label>
        <span className="caption">What it tells</span>
        <input className="field" name="doc" maxLength={200} autoComplete="off" />
      </label>
      {at !== 'latest' && (
        <label className="sql-check-line">
          <input type="checkbox" name="fixed" /> always as of {at}
        </label>
      )}
      {problem && (
        <p className="sql-problem" role="alert">
          {problem.detail}
        </p>
      )}
      <button type="submit" className="button button-main">
        Save
      </button>
    </form>
  )
}
