import type { DayRange } from '../../charts/periods.ts'
import { Icon } from '../../design/icon.tsx'
import { Popover } from '../../design/popover.tsx'
import type { Dashboard } from '../../dashboards.ts'
import { day } from '../../format.ts'
import { type Selection, setRange } from './selection.ts'

/** Which days the incidents are of: one of the usual stretches, or any. */
export function DateFilter({ dashboard, selection: { range } }: { dashboard: Dashboard; selection: Selection }) {
  const bounds = { min: dashboard.first_date.slice(0, 10), max: dashboard.data_through.slice(0, 10) }
  const presets = presetsOf(bounds.max)
  const isSame = (one: Partial<DayRange>): boolean => one.from === range.from && one.to === range.to
  const known = presets.find((preset) => isSame(preset.range))
  const change = (side: keyof DayRange) => (event: { target: { value: string } }) =>
    setRange({ ...range, [side]: event.target.value || undefined })
  return (
    <Popover
      className="button"
      button={
        <>
          <span className="numeric">{known?.label ?? textOf(range)}</span>
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <>
          <div role="radiogroup" aria-label="Dates of incidents">
            {presets.map((preset) => (
              <button
                key={preset.label}
                type="button"
                role="radio"
                className="menu-item"
                aria-checked={preset === known}
                onClick={() => (close(), setRange(preset.range))}
              >
                {preset.label}
              </button>
            ))}
          </div>
          <div className="date-range">
            <label>
              from
              <input className="field numeric" type="date" {...bounds} value={range.from ?? ''} onChange={change('from')} />
            </label>
            <label>
              to
              <input className="field numeric" type="date" {...bounds} value={range.to ?? ''} onChange={change('to')} />
            </label>
          </div>
        </>
      )}
    </Popover>
  )
}

/** Whole months that are over, so that what is compared is complete. */
function presetsOf(through: string): { label: string; range: Partial<DayRange> }[] {
  const [year = 0, month = 1] = through.split('-').map(Number)
  const monthStart = (back: number): string => new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 10)
  const lastDay = new Date(Date.UTC(year, month - 1, 0)).toISOString().slice(0, 10)
  return [
    { label: 'All dates', range: {} },
    { label: 'Last 12 complete months', range: { from: monthStart(12), to: lastDay } },
    { label: 'Last 5 years', range: { from: monthStart(60), to: lastDay } },
    { label: `${year} so far`, range: { from: `${year}-01-01` } },
    { label: String(year - 1), range: { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` } },
  ]
}

function textOf({ from, to }: Partial<DayRange>): string {
  if (from !== undefined && to !== undefined) return `${day(from)} – ${day(to)}`
  return from === undefined ? `to ${day(to ?? '')}` : `from ${day(from)}`
}
