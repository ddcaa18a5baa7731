import { useQuery } from '@tanstack/react-query'
import { dashboardsQuery } from '../../dashboards.ts'
import { Notice } from '../../design/notice.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { set, useParam } from '../../url-state.ts'
import { Board } from './board.tsx'
import './dashboard.css'

export function Page() {
  const { data, error, refetch } = useQuery(dashboardsQuery)
  const wanted = useParam('board')
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={640} label="Loading the dashboard" />
  const { dashboards, problems } = data
  const name = dashboards.find((one) => one.name === wanted)?.name ?? dashboards[0]?.name
  return (
    <>
      {problems.map(({ file, line, column, message }) => (
        <Notice
          key={`${file}:${line}:${column}`}
          tone="warn"
          title={`${file}:${line}:${column} has a mistake; the dashboard goes on as it was.`}
        >
          {message}
        </Notice>
      ))}
      {dashboards.length > 1 && (
        <nav className="boards" aria-label="Dashboards">
          {dashboards.map((one) => (
            <button
              key={one.name}
              type="button"
              className="button"
              aria-pressed={one.name === name}
              onClick={() => set({ board: one.name })}
            >
              {one.title}
            </button>
          ))}
        </nav>
      )}
      {name === undefined ? (
        <Empty title="This pipeline has no dashboard.">
          <p>
            Write one: a file in the pipeline’s folder <code>4-dashboards/</code> with measures, dimensions and charts.
          </p>
        </Empty>
      ) : (
        <Board name={name} />
      )}
    </>
  )
}
