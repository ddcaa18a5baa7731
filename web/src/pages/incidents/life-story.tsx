import type { ReactNode } from 'react'
import { Card } from '../../design/card.tsx'
import { batchTime, counted, valueText, words } from '../../format.ts'
import type { Incident, Life } from '../../incidents.ts'

/** What every batch did to one incident, oldest first, and how it stands. */
export function LifeStory({ life }: { life: Life }) {
  const { id, entered, changes, now } = life
  const last = now ?? changes.at(-1)?.before ?? {}
  const times = [entered, ...changes.map((change) => change.batch_at)]
  return (
    <>
      <header className="headline">
        <p className="overline">Incident</p>
        <h1 className="numeric">
          <strong>{id}</strong> {sentence(life)}
        </h1>
      </header>
      <div className="life">
        <ol className="life-line" aria-label="Its life">
          <Moment time={batchTime(entered, times)} title="entered">
            <p>It was first seen in this batch.</p>
          </Moment>
          {changes
            .filter((change) => change.batch_at !== entered)
            .map((change) => (
              <Moment
                key={change.batch_at}
                time={batchTime(change.batch_at, times)}
                title={change.kinds.map(words).join(', ')}
              >
                {change.by_restore && <p>Not by the source: a restore brought it back.</p>}
                <Difference {...change} />
              </Moment>
            ))}
          <li className="caption">{now ? 'It has not changed since.' : 'It is no longer in the source.'}</li>
        </ol>
        <Card>
          <h2>{now ? 'How it stands' : 'How it last was'}</h2>
          <dl className="life-values numeric">
            {Object.entries(last)
              .filter(([column]) => column !== 'batch_at')
              .map(([column, value]) => (
                <div key={column}>
                  <dt>{words(column)}</dt>
                  <dd>{valueText(value)}</dd>
                </div>
              ))}
          </dl>
        </Card>
      </div>
    </>
  )
}

function sentence({ changes, entered, now }: Life): string {
  const later = changes.filter((change) => change.batch_at !== entered).length
  if (!now) return 'is no longer in the source.'
  return later === 0 ? 'has not changed since it entered.' : `changed in ${counted(later, 'batch', 'batches')}.`
}

function Moment({ time, title, children }: { time: string; title: string; children: ReactNode }) {
  return (
    <li className="life-moment">
      <p className="caption numeric">{`${time} UTC`}</p>
      <h2>{title}</h2>
      {children}
    </li>
  )
}

function Difference({ before, after, columns }: { before: Incident | null; after: Incident | null; columns: string[] }) {
  if (!before || !after) return null
  return (
    <table className="numeric">
      <thead className="for-readers">
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Before</th>
          <th scope="col">After</th>
        </tr>
      </thead>
      <tbody>
        {columns.map((column) => (
          <tr key={column}>
            <th scope="row">{words(column)}</th>
            <td className="was">{valueText(before[column])}</td>
            <td>{valueText(after[column])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
