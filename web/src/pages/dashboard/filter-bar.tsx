import { useState } from 'react'
import type { DayRange } from '../../charts/periods.ts'
import { Icon } from '../../design/icon.tsx'
import { Popover } from '../../design/popover.tsx'
import type { Dashboard, Dimension } from '../../dashboards.ts'
import { day } from '../../format.ts'
import { set } from '../../url-state.ts'
import { DateFilter } from './date-filter.tsx'
import { type Figures, labelOf } from './figures.ts'
import { clearAll, isAnythingChosen, type Selection, setRange, toggle } from './selection.ts'

interface FilterBarProps {
  dashboard: Dashboard
  figures: Figures | undefined
  selection: Selection
}

/** All ways to choose in one row, and below what is chosen, each to be taken away again. */
export function FilterBar({ dashboard, figures, selection }: FilterBarProps) {
  const listed = dashboard.dimensions.filter(({ kind }) => kind === 'category' || kind === 'boolean')
  return (
    <section className="filters" aria-label="Filters">
      <div className="filter-row">
        <DateFilter dashboard={dashboard} selection={selection} />
        {listed.map((dimension) => (
          <Popover
            key={dimension.name}
            className="button"
            button={<FilterButton dimension={dimension} selection={selection} />}
          >
            {() => <FilterList dimension={dimension} selection={selection} keys={keysOf(dashboard, figures, dimension)} />}
          </Popover>
        ))}
        <PeriodComparison selection={selection} />
      </div>
      {selection.vs !== undefined && figures && <Compared periods={figures.compared_period} />}
      {isAnythingChosen(selection) && <Chips dashboard={dashboard} selection={selection} />}
      {figures && figures.unmatched.length > 0 && <Unmatched dashboard={dashboard} unmatched={figures.unmatched} />}
    </section>
  )
}

function FilterButton({ dimension, selection }: { dimension: Dimension; selection: Selection }) {
  const chosen = selection.keys.get(dimension.name)?.size ?? 0
  return (
    <>
      {dimension.label}
      {chosen > 0 && <span className="filter-count numeric">{chosen}</span>}
      <Icon name="down" size={16} />
    </>
  )
}

/** Values with labels first; otherwise those that the charts show. */
function keysOf({ charts }: Dashboard, figures: Figures | undefined, { name, kind, values }: Dimension): string[] {
  if (kind === 'boolean') return ['true', 'false']
  if (values) return values.map(({ key }) => key)
  const chart = charts.find(({ dimension }) => dimension === name)
  return figures?.charts[chart?.id ?? '']?.marks.map(({ key }) => key) ?? []
}

function FilterList({
  dimension,
  selection,
  keys,
}: {
  dimension: Dimension
  selection: Selection
  keys: readonly string[]
}) {
  const [text, setText] = useState('')
  const chosen = selection.keys.get(dimension.name)
  const all = keys.map((key) => ({ key, label: labelOf(dimension, key) }))
  const shown = all.filter(({ label }) => label.toLowerCase().includes(text.toLowerCase()))
  return (
    <>
      {keys.length > 8 && (
        <input
          className="field filter-search"
          type="search"
          placeholder="Find"
          aria-label={`Find in ${dimension.label}`}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      )}
      <div role="group" aria-label={dimension.label}>
        {shown.map(({ key, label }) => (
          <button
            key={key}
            type="button"
            role="checkbox"
            className="menu-item filter-item"
            aria-checked={chosen?.has(key) ?? false}
            onClick={() => toggle(selection, dimension.name, key)}
          >
            <span className="filter-box">{chosen?.has(key) && <Icon name="check" size={14} />}</span>
            {label}
          </button>
        ))}
        {shown.length === 0 && <p className="caption filter-none">Nothing is called so.</p>}
      </div>
    </>
  )
}

const COMPARISONS: { vs: string | undefined; label: string }[] = [
  { vs: undefined, label: 'No comparison' },
  { vs: 'previous_year', label: 'The year before' },
  { vs: 'previous_period', label: 'The period before' },
]

function PeriodComparison({ selection: { vs } }: { selection: Selection }) {
  const chosen = COMPARISONS.find((one) => one.vs === vs)
  return (
    <Popover
      className="button"
      button={
        <>
          {vs === undefined ? 'Compare periods' : `Against ${chosen?.label.toLowerCase() ?? vs}`}
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <div role="radiogroup" aria-label="Compared period">
          {COMPARISONS.map((one) => (
            <button
              key={one.label}
              type="button"
              role="radio"
              className="menu-item"
              aria-checked={one.vs === vs}
              onClick={() => (close(), set({ vs: one.vs }))}
            >
              {one.label}
            </button>
          ))}
        </div>
      )}
    </Popover>
  )
}

/** Only complete months are compared, so that a month that is not over does not look like fewer. */
function Compared({ periods }: { periods: Figures['compared_period'] }) {
  if (!periods) return <p className="caption">Nothing to compare with: the earlier period is not in the data as a whole.</p>
  const { now, earlier } = periods
  const text = ({ from, to }: DayRange): string => `${day(from)} – ${day(to)}`
  return (
    <p className="caption numeric">{`${text(now)} against ${text(earlier)}; ▲ ▼ mark differences that chance does not explain`}</p>
  )
}

/** Links outlive values: what no incident of the batch has is named, since it lets nothing pass. */
function Unmatched({ dashboard, unmatched }: { dashboard: Dashboard; unmatched: readonly string[] }) {
  const told = unmatched.map((text) => {
    const [name = '', ...key] = text.split('=')
    const dimension = dashboard.dimensions.find((one) => one.name === name)
    return `${dimension?.label ?? name}: ${dimension ? labelOf(dimension, key.join('=')) : key.join('=')}`
  })
  return <p className="caption">{`No incident as of this batch has ${told.join(', ')}.`}</p>
}

function Chips({ dashboard, selection }: { dashboard: Dashboard; selection: Selection }) {
  const { range, keys } = selection
  const chips = dashboard.dimensions.flatMap((dimension) =>
    [...(keys.get(dimension.name) ?? [])].map((key) => ({
      label: labelOf(dimension, key),
      remove: () => toggle(selection, dimension.name, key),
    })),
  )
  const dates = [range.from && `from ${day(range.from)}`, range.to && `to ${day(range.to)}`].filter(Boolean).join(' ')
  if (dates) chips.unshift({ label: dates, remove: () => setRange({}) })
  return (
    <ul className="chips" aria-label="Chosen">
      {chips.map(({ label, remove }) => (
        <li key={label} className="chip">
          {label}
          <button type="button" aria-label={`Remove ${label}`} onClick={remove}>
            <Icon name="close" size={14} />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className="button button-quiet" onClick={() => clearAll(selection)}>
          Clear all
        </button>
      </li>
    </ul>
  )
}
