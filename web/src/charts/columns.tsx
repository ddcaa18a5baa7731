import { count, short } from '../format.ts'
import { Key } from './key.tsx'
import type { Mark, Measure } from './mark.ts'
import { byYear, type DayRange, isWithin, spanOf } from './periods.ts'
import { ticksUpTo } from './scale.ts'
import { useBrush } from './use-brush.ts'
import { useMarks } from './use-marks.tsx'
import { useWidth } from './use-width.ts'

interface ColumnsProps {
  label: string
  /** Months in their order, `2026-03`. */
  marks: readonly Mark[]
  range: Partial<DayRange>
  onRange: (range: Partial<DayRange>) => void
  measure: Measure
  /** The month that is not over. */
  unfinished?: string | undefined
}

const HEIGHT = 236
const TOP = 26
const BOTTOM = 24
const LEFT = 44
/** Narrower columns cannot be told apart: then years stand in place of months. */
const NARROWEST = 2.4

/** A column a month. Click one, or drag over several; the month that is not over is hatched, and says “so far”. */
export function Columns({ label, marks: months, range, onRange, measure, unfinished }: ColumnsProps) {
  const [element, width] = useWidth()
  const inner = width - LEFT
  const marks = inner / months.length < NARROWEST ? byYear(months) : months
  const chosen = new Set(marks.filter((mark) => isWithin(mark.key, range)).map((mark) => mark.key))
  const choose = (one: string, other: string): void => {
    const next = spanOf(one, other)
    onRange(next.from === range.from && next.to === range.to ? {} : next)
  }
  const { drawing, markProps, tip } = useMarks(marks, { chosen, toggle: (key) => choose(key, key) }, measure)
  const { brush, brushed } = useBrush(choose)
  const step = inner / marks.length
  const most = Math.max(1, ...marks.flatMap((mark) => [mark.base, mark.compared?.value ?? 0]))
  const ticks = ticksUpTo(most, 4)
  const y = (value: number): number => HEIGHT - BOTTOM - (value / (ticks.at(-1) ?? 1)) * (HEIGHT - BOTTOM - TOP)
  const x = (index: number): number => LEFT + index * step
  const last = marks.findIndex((mark) => mark.key === unfinished?.slice(0, mark.key.length))
  return (
    <div ref={element} className="chart">
      {width > 0 && (
        <svg
          className="columns"
          width={width}
          height={HEIGHT}
          role="group"
          aria-label={label}
          data-chart
          {...drawing}
          {...brush}
        >
          <Hatch />
          <Axes ticks={ticks} y={y} x={x} width={width} marks={marks} measure={measure} />
          {marks.map((mark, index) => (
            <g key={mark.key} {...markProps(mark, index, 0)} data-brushed={brushed?.(mark.key)}>
              <rect className="column-hit" x={x(index)} y={TOP} width={step} height={HEIGHT - BOTTOM - TOP} />
              <Column mark={mark} x={x(index)} y={y} step={step} isSoFar={index === last} />
            </g>
          ))}
          {last >= 0 && (
            <text className="so-far end" x={Math.min(width, x(last) + step)} y={y(highestBefore(marks, last, step)) - 6}>
              so far
            </text>
          )}
        </svg>
      )}
      {tip}
    </div>
  )
}

/** The height that a label at the end of the columns has to clear. */
function highestBefore(marks: readonly Mark[], last: number, step: number): number {
  return Math.max(...marks.slice(Math.max(0, last - Math.ceil(LABEL_WIDTH / step)), last + 1).map(({ base }) => base))
}

interface ColumnProps {
  mark: Mark
  x: number
  y: (value: number) => number
  step: number
  isSoFar: boolean
}

function Column({ mark: { value, base, compared }, x, y, step, isSoFar }: ColumnProps) {
  const gap = step > 12 ? 3 : step > 4 ? 1 : 0.5
  const wide = Math.max(0.8, step - gap)
  const zero = y(0)
  return (
    <>
      <rect className="bar-base" x={x} y={y(base)} width={wide} height={zero - y(base)} />
      <rect className={isSoFar ? 'bar so-far-bar' : 'bar'} x={x} y={y(value)} width={wide} height={zero - y(value)} />
      {compared && <rect className="compared" x={x} y={y(compared.value) - 1} width={wide} height={2} />}
    </>
  )
}

interface AxesProps {
  ticks: readonly number[]
  x: (index: number) => number
  y: (value: number) => number
  width: number
  marks: readonly Mark[]
  measure: Measure
}

const LABEL_WIDTH = 44

function Axes({ ticks, x, y, width, marks, measure }: AxesProps) {
  const years = marks.flatMap(({ key }, index) =>
    key.length === 4 || key.endsWith('-01') ? [{ year: key.slice(0, 4), index }] : [],
  )
  const apart = years.length > 1 ? x(years[1]!.index) - x(years[0]!.index) : width
  const every = [1, 2, 5, 10].find((n) => n * apart >= LABEL_WIDTH) ?? 10
  return (
    <g className="axis" aria-hidden="true">
      {ticks.map((tick) => (
        <g key={tick}>
          <line className={tick === 0 ? 'zero' : 'grid'} x1={LEFT} x2={width} y1={y(tick)} y2={y(tick)} />
          <text className="end numeric" x={LEFT - 8} y={y(tick) + 4}>
            {(ticks.at(-1) ?? 0) < 10_000 ? count(tick) : short(tick)}
          </text>
        </g>
      ))}
      {years
        .filter((_, i) => i % every === 0)
        .map(({ year, index }) => (
          <g key={year}>
            <line className="zero" x1={x(index)} x2={x(index)} y1={y(0)} y2={y(0) + 5} />
            {x(index) + LABEL_WIDTH < width + 8 && (
              <text x={x(index) + 3} y={HEIGHT - 6}>
                {year}
              </text>
            )}
          </g>
        ))}
      <Key x={LEFT} width={width - LEFT} measure={measure} isCompared={marks.some((mark) => mark.compared)} />
    </g>
  )
}

function Hatch() {
  return (
    <defs>
      <pattern id="so-far" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className="hatch" width="1.6" height="4" />
      </pattern>
    </defs>
  )
}
