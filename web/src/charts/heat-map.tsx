import { AmountLegend } from './amount-legend.tsx'
import type { Choice, Mark, Measure } from './mark.ts'
import { amountStep, evenBounds } from './scale.ts'
import { useMarks } from './use-marks.tsx'
import { useWidth } from './use-width.ts'

interface HeatMapProps {
  label: string
  /** Keys `weekday-hour`, `1-0` is Monday after midnight. */
  marks: readonly Mark[]
  choice: Choice
  measure: Measure
}

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const HOURS = 24
const LEFT = 36
const TOP = 20
const GAP = 2

/** A week: seven rows of twenty-four hours, the darker the more. */
export function HeatMap({ label, marks, choice, measure }: HeatMapProps) {
  const [element, width] = useWidth()
  const { drawing, markProps, tip } = useMarks(marks, choice, measure)
  const values = marks.map((mark) => mark.value)
  const bounds = evenBounds(Math.min(...values), Math.max(...values))
  const step = (width - LEFT) / HOURS
  const row = Math.min(38, Math.max(22, step * 1.1))
  return (
    <div ref={element} className="chart">
      {width > 0 && (
        <svg width={width} height={TOP + DAYS.length * row} role="group" aria-label={label} data-chart {...drawing}>
          <g className="axis" aria-hidden="true">
            {[0, 3, 6, 9, 12, 15, 18, 21].map((hour) => (
              <text key={hour} x={LEFT + hour * step} y={12}>
                {hour}h
              </text>
            ))}
            {DAYS.map((name, index) => (
              <text key={name} y={TOP + index * row + row / 2 + 4}>
                {name}
              </text>
            ))}
          </g>
          {marks.map((mark) => {
            const [weekday = 1, hour = 0] = mark.key.split('-').map(Number)
            const [x, y] = [LEFT + hour * step, TOP + (weekday - 1) * row]
            const size = { width: Math.max(1, step - GAP), height: row - GAP, rx: 2 }
            return (
              <g key={mark.key} {...markProps(mark, hour, weekday)}>
                <rect className={`amount-${amountStep(bounds, mark.value)}`} x={x} y={y} {...size} />
              </g>
            )
          })}
        </svg>
      )}
      <AmountLegend bounds={bounds} least={Math.min(...values)} measure={measure} />
      {tip}
    </div>
  )
}
