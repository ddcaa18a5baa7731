import type { Completions } from './query.ts'
import { isTime } from './values.ts'

interface Example {
  title: string
  sql: string
}

/** What to begin with, said in the words of whatever flows here. */
function examplesOf({ tables, functions }: Completions): Example[] {
  const raw = tables[0]
  const time = raw?.columns.find(({ type }) => isTime(type))
  const examples: Example[] = []
  if (functions.some(({ name }) => name === 'changes'))
    examples.push({
      title: 'What changed since the batch before',
      sql: `select kind, count(*) as incidents
from changes('latest~1', 'latest') as c, unnest(c.kinds) as k(kind)
group by kind
order by incidents desc`,
    })
  if (raw && time)
    examples.push({
      title: 'How many there are, month by month',
      sql: `select date_trunc('month', ${time.name})::date as month, count(*) as incidents
from ${raw.name}
group by month
order by month`,
    })
  if (tables.some(({ name }) => name === 'history.batches'))
    examples.push({ title: 'What each batch read and found', sql: 'from history.batches\norder by batch_at desc' })
  return examples
}

interface ExamplesProps {
  completions: Completions | undefined
  pick: (query: { sql: string }) => void
}

/** Shown before anything has been asked. */
export function Examples({ completions, pick }: ExamplesProps) {
  return (
    <section className="sql-begin" aria-label="Examples">
      <h2>Begin with one of these, or write your own</h2>
      <ul>
        {completions &&
          examplesOf(completions).map(({ title, sql }) => (
            <li key={title}>
              <button type="button" className="card sql-example" onClick={() => pick({ sql })}>
                <span>{title}</span>
                <pre>{sql}</pre>
              </button>
            </li>
          ))}
      </ul>
      <p className="caption">
        Queries only read, each in a process of its own, and see the files of one batch and nothing else.
      </p>
    </section>
  )
}
