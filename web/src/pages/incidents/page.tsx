import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { Problem } from '../../api.ts'
import { useTimeMachine } from '../../batches.ts'
import { PageHead } from '../../design/page-head.tsx'
import { Empty, Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, counted, valueText, words } from '../../format.ts'
import { type Found, lifeQuery, searchQuery } from '../../incidents.ts'
import { Link } from '../../link.tsx'
import { go, hrefOf, useParam, usePlace } from '../../url-state.ts'
import { LifeStory } from './life-story.tsx'
import './incidents.css'

/** `/incidents/ID` tells one incident’s life; `/incidents?q=` finds them. */
export function Page() {
  const { path } = usePlace()
  const text = useParam('q')
  const id = /^\/incidents\/([^/]+)/.exec(path)?.[1]
  if (id !== undefined) return <One id={decodeURIComponent(id)} />
  return text === undefined ? <Ask /> : <Search text={text} />
}

function Ask() {
  return (
    <Empty title="Which incident?">
      <p>Type its id or its case number above; the key / goes there from anywhere.</p>
    </Empty>
  )
}

function One({ id }: { id: string }) {
  const { data, error, refetch } = useQuery(lifeQuery(id))
  if (error && Problem.of(error).status === 404) return <NotFound text={id} />
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data) return <Skeleton height={480} label="Loading the incident" />
  return <LifeStory life={data} />
}

function Search({ text }: { text: string }) {
  const { at } = useTimeMachine()
  const { data, error, refetch } = useQuery(searchQuery(text, at))
  const only = data?.incidents.length === 1 ? data.incidents[0]?.id : undefined
  useEffect(() => {
    if (only !== undefined) go(hrefOf(`/incidents/${only}`), { replace: true })
  }, [only])
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data || only !== undefined) return <Skeleton height={320} label="Searching" />
  if (data.incidents.length === 0) return <NotFound text={text} />
  return <Hits found={data} text={text} />
}

function Hits({ found, text }: { found: Found; text: string }) {
  return (
    <div className="page">
      <PageHead title={`${counted(found.incidents.length, 'incident', 'incidents')} for “${text}”`} />
      <ul className="hits">
        {found.incidents.map(({ id, found_by: by, incident, is_gone: isGone, batch_at: at }) => (
          <li key={String(id)}>
            <Link className="card hit" href={hrefOf(`/incidents/${id}`)}>
              <strong className="numeric">{id}</strong>
              <span>{`${words(by)} ${valueText(incident[by])}`}</span>
              <span className="caption">{isGone ? `gone since ${batchTime(at)}` : `as of ${batchTime(at)}`}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  )
}

function NotFound({ text }: { text: string }) {
  return (
    <Empty title={`There is no incident ${text}.`}>
      <p>Neither an id nor a case number is called so, in this batch or any before.</p>
    </Empty>
  )
}
