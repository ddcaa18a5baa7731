import { useQuery } from '@tanstack/react-query'
import { ask, type Query } from '../../api.ts'
import { Link } from '../../link.tsx'
import { hrefOf } from '../../url-state.ts'

/** To the console, with the statement that gives a chart’s figures under the filters of the page. */
export function SqlLink({ dashboard, query }: { dashboard: string; query: Query }) {
  const { data } = useQuery({
    queryKey: ['chart-sql', dashboard, query],
    queryFn: ({ signal }) => ask<{ sql: string }>(`/dashboards/${dashboard}/sql`, { query, signal }),
  })
  const text = 'Show the SQL'
  if (!data) return <span className="menu-item">{text}</span>
  return (
    <Link className="menu-item" href={hrefOf('/sql', { sql: data.sql })}>
      {text}
    </Link>
  )
}
