import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { Card } from '../../design/card.tsx'
import { type Column, DataTable } from '../../design/data-table.tsx'
import { Icon } from '../../design/icon.tsx'
import { Failed } from '../../design/states.tsx'
import { betweenBatches, calm, count, valueText, words } from '../../format.ts'
import { type Change, changesQuery, type ChangesWish } from '../../incidents.ts'
import { Link } from '../../link.tsx'
import { go, hrefOf, set } from '../../url-state.ts'

const PAGE = 100

/** The incidents that fit what is chosen, with what changed; a row opens its incident’s life. */
export function ChangedIncidents({ wish, category }: { wish: ChangesWish; category: string | null }) {
  const [sight, setSight] = useState({ first: 0, last: 0 })
  const pages = [...new Set([0, Math.floor(sight.first / PAGE), Math.floor(sight.last / PAGE)])]
  const loaded = useQueries({ queries: pages.map((page) => changesQuery(wish, page * PAGE, PAGE)) })
  const byPage = new Map(pages.map((page, i) => [page, loaded[i]?.data]))
  const first = byPage.get(0)
  const error = loaded.find((one) => one.error)?.error
  return (
    <Card className="whole">
      <header className="chart-head">
        <div>
          <h2>The incidents</h2>
          <p className="chart-subtitle numeric">{first ? `${count(first.total)} incidents, by id` : 'By id'}</p>
        </div>
      </header>
      <Chosen wish={wish} />
      {error ? (
        <Failed error={error} within="card" />
      ) : (
        <DataTable
          label="Changed incidents"
          columns={columnsOf(category)}
          count={first?.total ?? 8}
          rowAt={(index) => byPage.get(Math.floor(index / PAGE))?.rows[index % PAGE]}
          onSight={(from, to) => (from !== sight.first || to !== sight.last) && setSight({ first: from, last: to })}
          onOpen={({ id }) => go(hrefOf(`/incidents/${id}`))}
        />
      )}
      {first && <p className="caption numeric">{betweenBatches(first.from, first.to)}</p>}
    </Card>
  )
}

function columnsOf(category: string | null): Column<Change>[] {
  const type: Column<Change> = {
    name: 'type',
    label: 'Type',
    width: 190,
    cell: ({ before, after }) => valueText((after ?? before)?.[category ?? '']),
  }
  return [
    { name: 'id', label: 'Incident', width: 110, cell: ({ id }) => <Link href={hrefOf(`/incidents/${id}`)}>{id}</Link> },
    ...(category === null ? [] : [type]),
    { name: 'kinds', label: 'What happened', width: 200, cell: ({ kinds }) => kinds.map(words).join(', ') },
    { name: 'difference', label: 'Before and after', width: 360, least: 240, grow: 1, cell: differenceText },
  ]
}

/** `arrest: no → yes`; what came or went as a whole has no difference. */
function differenceText({ before, after, columns }: Change): string {
  if (!before || !after) return before ? 'no longer in the source' : valueText((after ?? {})['date'])
  const told = columns.filter((column) => !isStamp(column, columns))
  return told.map((column) => `${words(column)}: ${valueText(before[column])} → ${valueText(after[column])}`).join(' · ')
}

/** The cursor moves with every change and says nothing, unless it stands alone. */
function isStamp(column: string, columns: readonly string[]): boolean {
  return column === 'updated_on' && columns.length > 1
}

function Chosen({ wish }: { wish: ChangesWish }) {
  const chips = [
    wish.kind !== undefined && { label: words(wish.kind), clear: { kind: undefined } },
    wish.type !== undefined && { label: calm(wish.type), clear: { type: undefined } },
    wish.was !== undefined && { label: `was ${calm(wish.was)}`, clear: { was: undefined } },
    wish.place !== undefined && { label: 'one place on the map', clear: { place: undefined } },
    wish.is !== undefined && { label: `is ${calm(wish.is)}`, clear: { is: undefined } },
  ].filter((chip) => chip !== false)
  if (chips.length === 0) return null
  return (
    <ul className="chips" aria-label="Chosen">
      {chips.map(({ label, clear }) => (
        <li key={label} className="chip">
          {label}
          <button type="button" aria-label={`Remove ${label}`} onClick={() => set(clear)}>
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
    </ul>
  )
}
