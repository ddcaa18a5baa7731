import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ask } from '../../api.ts'
import { Card } from '../../design/card.tsx'
import { Pager } from '../../design/pager.tsx'
import { Refusal } from '../../design/refusal.tsx'
import { Failed, Skeleton } from '../../design/states.tsx'
import { Sure } from '../../design/sure.tsx'
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
    <div className="page">
      <CatalogHead
        title="Quarantine"
        news={
          whole.total === 0
            ? 'No row is in quarantine: every row that was read is in the lake.'
            : `${counted(whole.total, 'row', 'rows')} broke a rule. None is lost: each is kept with its values as found.`
        }
      />
      <OfNewest what="Quarantine" />
      {whole.total > 0 && (
        <div className="quarantine-bar">
          <nav className="quarantine-rules" aria-label="Rules">
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
          <Release />
        </div>
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
      <Pager
        label="More rows"
        offset={page * PAGE}
        limit={PAGE}
        total={data.total}
        hrefFrom={(offset) => hrefWith({ page: offset > 0 ? String(offset / PAGE) : undefined })}
      />
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
            <dd>{value === '' ? <span className="null">empty</span> : value}</dd>
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
  const release = useMutation({
    mutationFn: () => ask<{ run: string }>('/quarantine/release', { method: 'POST' }),
    onSuccess: ({ run }) => go(hrefOf(`/runs/${run}`)),
    onSettled: () => client.invalidateQueries({ queryKey: ['quarantine'] }),
  })
  if (!may) return null
  return (
    <>
      <Sure
        verb="Release …"
        yes="Release them"
        does="All rows are checked again; those that pass now land as a batch of their own."
        isBusy={release.isPending}
        onYes={() => release.mutate()}
      />
      <Refusal error={release.error} />
    </>
  )
}
