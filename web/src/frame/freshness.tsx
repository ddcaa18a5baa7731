import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask, Problem } from '../api.ts'
import { Icon } from '../design/icon.tsx'
import { ago, day } from '../format.ts'
import { dashboardQuery, dashboardsQuery } from '../dashboards.ts'
import { useTimeMachine } from '../batches.ts'
import { useMay } from '../session.ts'
import { useNow } from '../use-now.ts'

const TICK_MS = 30_000

/** Through which date the data reach, and when they were loaded; a refresh that failed is said, not hidden. */
export function Freshness() {
  const { at } = useTimeMachine()
  const { data: list } = useQuery(dashboardsQuery)
  const name = list?.dashboards[0]?.name
  const { data } = useQuery({ ...dashboardQuery(name ?? '', at), enabled: name !== undefined })
  const now = useNow(TICK_MS)
  if (!data) return <p className="freshness" />
  const { state } = data.refresh
  return (
    <p className="freshness" data-state={state}>
      {state === 'fresh' && (
        <>
          <span>refreshed {ago(data.loaded_at, now)}</span>
          <RefreshButton name={data.name} />
        </>
      )}
      {state === 'loading' && (
        <span>
          <Icon name="refresh" size={16} /> a newer batch is being loaded
        </span>
      )}
      {state === 'failed' && (
        <>
          <span>
            <Icon name="warning" size={16} /> the last refresh failed
          </span>
          <RefreshButton name={data.name} />
        </>
      )}
      {data.data_through && <span>data through {day(data.data_through)}</span>}
    </p>
  )
}

/** Asks for the newest batch now; what is shown stays until it is there. */
function RefreshButton({ name }: { name: string }) {
  const client = useQueryClient()
  const mayRefresh = useMay('operator')
  const refresh = useMutation({
    mutationFn: () => ask(`/dashboards/${name}/refresh`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['dashboard', name] }),
  })
  if (!mayRefresh) return null
  return (
    <button
      type="button"
      className="button button-quiet button-icon refresh"
      aria-label="Refresh now"
      title={refresh.error ? Problem.of(refresh.error).detail : 'Refresh now'}
      disabled={refresh.isPending}
      onClick={() => refresh.mutate()}
    >
      <Icon name={refresh.isError ? 'warning' : 'refresh'} size={14} />
    </button>
  )
}
