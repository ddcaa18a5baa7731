import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, Problem } from '../../api.ts'
import { Card } from '../../design/card.tsx'
import { Notice } from '../../design/notice.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { batchTime, count, counted, words } from '../../format.ts'
import { Link } from '../../link.tsx'
import { useMay } from '../../session.ts'
import { go, hrefOf, hrefWith, useParam } from '../../url-state.ts'
import { CatalogHead } from './catalog-head.tsx'
import { type QuarantineRow, quarantineQuery } from './catalog.ts'
import { OfNewest } from './of-newest.tsx'

const PAGE = 50

/** Rows that broke a rule, with their values as found, and the way to let in those that pass now. */
export function QuarantinePage() {
  const rule = useParam('rule')
  const page = Math.max(0, Number(useParam('page')) || 0)
  const { data, error, refetch } = useQuery(quarantineQuery(rule, page, PAGE))
  const { data: whole } = useQuery(quarantineQuery(undefined, 0, PAGE))
  if (error) return <Failed error={error} retry={() => void refetch()} />
  if (!data || !whole) return <Skeleton height={560} label="Loading the quarantine" />
  return (
    <div className="catalog">
      <CatalogHead
        title="Quarantine"
        news={
          whole.total === 0
            ? 'No row is in quarantine: every row that was read is in the lake.'
            : `${counted(whole.total, 'row', 'rows')} broke a rule. None is lost: each is kept with its values as found.`
        }
      >
        {whole.total > 0 && <Release />}
      </CatalogHead>
      <OfNewest what="Quarantine" />
      {whole.total > 0 && (
        <nav className="catalog-rules" aria-label="Rules">
          <Link className="button" href={hrefWith({ rule: undefined, page: undefined })} aria-current={rule === undefined}>
            All <span className="caption numeric">{count(whole.total)}</span>
          </Link>
          {Object.entries(whole.rules).map(([name, n]) => (
            <Link
              key={name}
              className="button"
              href={hrefWith({ rule: name, page: undefined })}
              aria-current={rule === name}
            >
              {words(name)} <span className="caption numeric">{count(n)}</span>
            </Link>
          ))}
        </nav>
      )}
      {data.rows.length > 0 && (
        <Card>
          <ol className="quarantine">
            {data.rows.map((row, n) => (
              <li key={`${row.batch_at} ${row.key} ${n}`}>
                <Row row={row} />
              </li>
            ))}
          </ol>
        </Card>
      )}
      {data.total > PAGE && (
        <nav className="catalog-pager" aria-label="More rows">
          {page > 0 && (
            <Link className="button" href={hrefWith({ page: page > 1 ? String(page - 1) : undefined })}>
              Newer
            </Link>
          )}
          <span className="caption numeric">
            {`${count(page * PAGE + 1)} to ${count(page * PAGE + data.rows.length)} of ${count(data.total)}`}
          </span>
          {(page + 1) * PAGE < data.total && (
            <Link className="button" href={hrefWith({ page: String(page + 1) })}>
              Older
            </Link>
          )}
        </nav>
      )}
    </div>
  )
}

function Row({ row: { rule, key, batch_at, run, values } }: { row: QuarantineRow }) {
  const given = Object.entries(values).filter(([, value]) => value !== null)
  const glimpse = given.filter(([, value]) => value !== '' && value !== key).map(([, value]) => value)
  return (
    <details>
      <summary>
        <strong>{words(rule)}</strong>
        <span className="numeric">{key ? `key ${key}` : 'without a key'}</span>
        <span className="quarantine-glimpse numeric">{glimpse.slice(0, 6).join(' · ')}</span>
        <span className="caption numeric">{`first met ${batchTime(batch_at)}`}</span>
      </summary>
      <dl className="quarantine-values">
        {given.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value === '' ? <span className="catalog-null">empty</span> : value}</dd>
          </div>
        ))}
      </dl>
      <p className="caption">
        Found by <Link href={hrefOf(`/runs/${run}`)}>{`run ${run}`}</Link>.
      </p>
    </details>
  )
}

/** Checks all rows again; asked for twice, since it makes a batch. */
function Release() {
  const may = useMay('operator')
  const client = useQueryClient()
  const [isAsking, setAsking] = useState(false)
  const release = useMutation({
    mutationFn: () => ask<{ run: string }>('/quarantine/release', { method: 'POST' }),
    onSuccess: ({ run }) => go(hrefOf(`/runs/${run}`)),
    onSettled: () => client.invalidateQueries({ queryKey: ['quarantine'] }),
  })
  if (!may) return null
  return (
    <div className="quarantine-release">
      {release.error && (
        <Notice tone="bad" title={Problem.of(release.error).detail}>
          <p>{Problem.of(release.error).todo}</p>
        </Notice>
      )}
      {isAsking ? (
        <>
          <span>All rows are checked again; those that pass now land as a batch of their own.</span>
          <button
            type="button"
            className="button button-main"
            autoFocus
            onClick={() => (setAsking(false), release.mutate())}
          >
            Release them
          </button>
          <button type="button" className="button button-quiet" onClick={() => setAsking(false)}>
            Leave it
          </button>
        </>
      ) : (
        <button type="button" className="button" disabled={release.isPending} onClick={() => setAsking(true)}>
          Release …
        </button>
      )}
    </div>
  )
}
