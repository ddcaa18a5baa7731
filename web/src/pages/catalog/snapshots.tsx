import { Scroller } from '../../design/scroller.tsx'
import { batchTime, bytes, count, counted, dayTime, signed } from '../../format.ts'
import { Link } from '../../link.tsx'
import { hrefWith, useParam } from '../../url-state.ts'
import type { Snapshot, TableDetail } from './catalog.ts'

/** So many at once; the others are older. */
const SHOWN = 24

/** The versions of a table as a timeline, the newest first; one that is chosen is shown below. */
export function Snapshots({ table, shown }: { table: TableDetail; shown: string }) {
  const isAll = useParam('snapshots') === 'all'
  const listed = isAll ? table.snapshots : table.snapshots.slice(0, SHOWN)
  const most = Math.max(1, ...table.snapshots.map((one) => one.added_rows + one.removed_rows))
  return (
    <section aria-labelledby="snapshots-title">
      <header className="part-title">
        <h2 id="snapshots-title">Snapshots, the newest first</h2>
        {table.snapshots.length > SHOWN && (
          <Link className="button button-quiet" href={hrefWith({ snapshots: isAll ? undefined : 'all' })}>
            {isAll ? `Only the newest ${SHOWN}` : `All ${count(table.snapshots_total)}`}
          </Link>
        )}
      </header>
      <Scroller role="region" className="snapshots numeric" aria-label="Snapshots">
        <ol>
          {listed.map((snapshot) => (
            <li key={snapshot.snapshot_id}>
              <Link
                className="snapshot"
                href={hrefWith({
                  snapshot: snapshot.snapshot_id === table.snapshots[0]?.snapshot_id ? undefined : snapshot.snapshot_id,
                })}
                aria-current={snapshot.snapshot_id === shown ? 'true' : undefined}
              >
                <Line snapshot={snapshot} most={most} />
              </Link>
            </li>
          ))}
        </ol>
      </Scroller>
    </section>
  )
}

function Line({ snapshot, most }: { snapshot: Snapshot; most: number }) {
  const { tags, batch_at, operation } = snapshot
  // Compaction writes rows anew and changes none.
  const isCompaction = operation === 'replace'
  const [added, removed] = isCompaction ? [0, 0] : [snapshot.added_rows, snapshot.removed_rows]
  const others = tags.length - (batch_at !== null && tags.includes(batch_at) ? 1 : 0)
  const width = (rows: number): string => `${Math.max(rows > 0 ? 2 : 0, (Math.sqrt(rows) / Math.sqrt(most)) * 100)}%`
  return (
    <>
      <span className="snapshot-dot" data-operation={operation} aria-hidden="true" />
      <span className="snapshot-name">
        {batch_at === null ? dayTime(snapshot.committed_at) : batchTime(batch_at)}
        <span className="caption">
          {isCompaction ? 'compaction' : operation}
          {others > 0 && `, ${counted(others, 'later batch', 'later batches')} left it alone`}
          {tags.length === 0 && !isCompaction && ', no batch is named for it'}
        </span>
      </span>
      <span className="snapshot-bars" aria-hidden="true">
        <i data-side="more" style={{ width: width(added) }} />
        <i data-side="fewer" style={{ width: width(removed) }} />
      </span>
      <span className="snapshot-change">
        {isCompaction ? (
          <span className="caption">same rows</span>
        ) : (
          <>
            <span>{signed(added)}</span> <span>{signed(-removed)}</span>
          </>
        )}
      </span>
      <span className="snapshot-rest caption">
        <span>{counted(snapshot.rows, 'row', 'rows')}</span>
        <span>{counted(snapshot.files, 'file', 'files')}</span>
        <span>{bytes(snapshot.size_bytes)}</span>
      </span>
    </>
  )
}
