import { Card } from '../../design/card.tsx'
import { count, words } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefOf } from '../../url-state.ts'
import type { RunStory, State } from './runs.ts'

/** What a run made: what became of its rows, what changed, and the tables as it left them. */
export function RunReport({ report, state }: { report: NonNullable<RunStory['report']>; state: State }) {
  const { rows, repairs, warnings, changes, tables } = report
  return (
    <Card className="run-report">
      <h3>{state === 'succeeded' ? 'What it made' : 'What it has found so far'}</h3>
      <div className="run-report-parts">
        <Figures title="Rows" figures={rows} />
        <Figures title="Changes" figures={changes} none="None." />
        <Figures title="Repairs" figures={repairs} none="None was needed." />
        <Figures title="Warnings" figures={warnings} none="None." />
        {tables.length > 0 && (
          <section className="run-tables">
            <h4>Tables</h4>
            <dl>
              {tables.map((table) => (
                <div key={table.name}>
                  <dt>
                    <Link href={hrefOf(`/catalog/${table.name}`)}>{table.name}</Link>
                  </dt>
                  <dd className="numeric">{count(table.rows)}</dd>
                </div>
              ))}
            </dl>
          </section>
        )}
      </div>
    </Card>
  )
}

function Figures({ title, figures, none }: { title: string; figures: Record<string, number>; none?: string }) {
  const entries = Object.entries(figures)
  return (
    <section>
      <h4>{title}</h4>
      {entries.length === 0 ? (
        <p className="caption">{none}</p>
      ) : (
        <dl>
          {entries.map(([name, n]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd className="numeric">{count(n)}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}
