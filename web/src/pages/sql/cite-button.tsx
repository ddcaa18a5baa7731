import { useState } from 'react'
import { ask, Problem } from '../../api.ts'
import { Command } from '../../design/states.tsx'
import { Notice } from '../../design/notice.tsx'
import { Refusal } from '../../design/refusal.tsx'
import { batchTime, counted } from '../../format.ts'
import type { Citation, CitationCheck } from './query.ts'

/** Cites the result that is shown: the server runs the statement again and keeps what it gave. */
export function CiteButton({ sql, batchAt, told }: { sql: string; batchAt: string; told: (cited: Cited) => void }) {
  const [isBusy, setBusy] = useState(false)
  const cite = async (): Promise<void> => {
    setBusy(true)
    try {
      told({ citation: await ask<Citation>('/citations', { method: 'POST', body: { sql, at: batchAt } }) })
    } catch (error) {
      told({ problem: Problem.of(error) })
    } finally {
      setBusy(false)
    }
  }
  return (
    <button type="button" className="button" disabled={isBusy} onClick={() => void cite()}>
      {isBusy ? 'Citing…' : 'Cite'}
    </button>
  )
}

export type Cited = { citation: Citation; problem?: never } | { problem: Problem; citation?: never }

/** What to write below a number, and how anybody checks it. */
export function CitedNotice({ cited: { citation, problem }, close }: { cited: Cited; close: () => void }) {
  const dismiss = (
    <button type="button" className="button button-quiet" onClick={close}>
      Close
    </button>
  )
  if (problem) return <Refusal error={problem} actions={dismiss} />
  return (
    <Notice tone="ok" title={`Citation ${citation.citation}`} actions={dismiss}>
      <p>
        {`${counted(citation.rows, 'row', 'rows')} of batch ${citation.batch_at} (${batchTime(citation.batch_at)} UTC), which does not expire now.`}
      </p>
      <p className="sql-hash">
        SHA-256 <code>{citation.sha256}</code>, code <code>{citation.code_version}</code>
      </p>
      <div className="sql-check">
        <Command text={`blotter cite check ${citation.citation}`} />
        <CheckButton citation={citation.citation} />
      </div>
    </Notice>
  )
}

function CheckButton({ citation }: { citation: string }) {
  const [answer, setAnswer] = useState<string>()
  const check = async (): Promise<void> => {
    setAnswer('Checking…')
    try {
      const { is_same, within_rounding } = await ask<CitationCheck>(`/citations/${citation}/check`, { method: 'POST' })
      setAnswer(is_same ? `The same result${within_rounding ? ', but for rounding' : ''}.` : 'Another result now.')
    } catch (error) {
      setAnswer(Problem.of(error).detail)
    }
  }
  return (
    <>
      <button type="button" className="button" onClick={() => void check()}>
        Check now
      </button>
      <span role="status">{answer}</span>
    </>
  )
}
