import { useState } from 'react'
import { askFile, Problem } from '../../api.ts'
import { saveAs } from '../../charts/save-image.ts'
import { Popover } from '../../design/popover.tsx'

const FORMATS = [
  { format: 'csv', label: 'CSV', note: 'for spreadsheets; formulas are made harmless' },
  { format: 'parquet', label: 'Parquet', note: 'with types, for data frames' },
  { format: 'json', label: 'JSON', note: 'an array of objects' },
  { format: 'ndjson', label: 'NDJSON', note: 'an object a line' },
] as const

interface ExportMenuProps {
  sql: string
  /** The batch of the result that is shown, so that the file is of the same. */
  batchAt: string
  fail: (problem: Problem | undefined) => void
}

/** The whole result as a file, not only the rows that are shown. */
export function ExportMenu({ sql, batchAt, fail }: ExportMenuProps) {
  const [isBusy, setBusy] = useState(false)
  const take = async (format: string): Promise<void> => {
    setBusy(true)
    fail(undefined)
    try {
      const { name, blob } = await askFile('/queries/export', {
        method: 'POST',
        query: { format },
        body: { sql, at: batchAt },
      })
      saveAs(name ?? `query.${format}`, blob)
    } catch (error) {
      fail(Problem.of(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Popover button={isBusy ? 'Exporting…' : 'Export'} side="right">
      {(close) =>
        FORMATS.map(({ format, label, note }) => (
          <button key={format} type="button" className="menu-item sql-format" onClick={() => (close(), void take(format))}>
            <span>{label}</span>
            <span className="caption">{note}</span>
          </button>
        ))
      }
    </Popover>
  )
}
