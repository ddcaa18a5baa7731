import { useQuery } from '@tanstack/react-query'
import { Failed, Skeleton } from '../../design/states.tsx'
import { Table } from '../../design/table.tsx'
import { sampleQuery } from './catalog.ts'

/** The first rows of a version as they lie. */
export function Sample({ name, version }: { name: string; version: string }) {
  const { data, error, refetch } = useQuery(sampleQuery(name, version))
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={320} lines={8} label="Loading rows" />
  if (data.rows.length === 0) return <p className="nothing">This version has no rows.</p>
  const isFigure = data.columns.map((_, n) => data.rows.every((row) => row[n] === null || typeof row[n] === 'number'))
  return (
    <Table
      caption={`Sample rows of ${name}`}
      heads={data.columns.map((label, n) => ({ label, isFigure: isFigure[n]! }))}
      rows={data.rows.map((row, n) => ({ key: String(n), cells: row.map(shown) }))}
    />
  )
}

/** `2026-11-23T06:00:00`, which reads better with a space. */
const ISO = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d.*)$/

/** A value as it is; what is long is cut and shown whole on hover. */
function shown(value: unknown) {
  if (value === null) return <span className="null">null</span>
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value).replace(ISO, '$1 $2')
  return (
    <span className="catalog-value" title={text.length > 40 ? text : undefined}>
      {text}
    </span>
  )
}
