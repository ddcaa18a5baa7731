import { count, percent, signed } from '../format.ts'
import { Key } from './key.tsx'
import type { Choice, Mark, Measure } from './mark.ts'
import { fitted } from './scale.ts'
import { Sparkline } from './sparkline.tsx'
import { useMarks } from './use-marks.tsx'
import { useWidth } from './use-width.ts'

interface RankedBarsProps {
  label: string
  marks: readonly Mark[]
  choice: Choice
  measure: Measure
  /** What is summed up below, of the values that are not shown. */
  other?: { label: string; value: number; base: number } | undefined
  /** Counts alone: without bases and shares. */
  isPlain?: boolean
}

const GAP = 16
const COUNT = 64
const SHARE = 56
const SPARK = 132
const CHANGE = 76
/** What the key takes with the compared period in it. */
const KEY = 260
/** About as wide as a letter is, in pixels. */
const LETTER = 7
/** Narrower than this, the name stands above its bar: with a share beside it, and with counts alone. */
const STACKED = { shares: 430, counts: 340 }

interface Columns {
  row: number
  label: number
  bar: number
  barFrom: number
  count: number
  share: number | undefined
  spark: number | undefined
  change: number | undefined
}

/** One bar a value, the largest first: name, bar, count, share, and where there are any the year’s course and the change. */
export function RankedBars({ label, marks, choice, measure, other, isPlain = false }: RankedBarsProps) {
  const [element, width] = useWidth()
  const { drawing, markProps, tip } = useMarks(marks, choice, measure, isPlain)
  const columns = columnsOf(width, marks, isPlain)
  const most = Math.max(1, ...marks.flatMap((mark) => [mark.base, mark.compared?.value ?? 0]))
  const head = isPlain ? 0 : HEAD
  // Where more is shown than is compared, the earlier period's line would stand beside what it is not compared with.
  const isTicked = marks.every(({ compared, value }) => compared === undefined || compared.now === value)
  const rows = marks.length + (other ? 1 : 0)
  return (
    <div ref={element} className="chart">
      {width > 0 && (
        <svg width={width} height={head + rows * columns.row} role="group" aria-label={label} data-chart {...drawing}>
          {!isPlain && (
            <Head columns={columns} measure={measure} isCompared={isTicked && marks.some(({ compared }) => compared)} />
          )}
          {marks.map((mark, index) => (
            <g key={mark.key} transform={`translate(0 ${head + index * columns.row})`} {...markProps(mark, 0, index, true)}>
              <rect className="row-hit" x={-6} width={width + 12} height={columns.row} rx={4} />
              <Row mark={mark} columns={columns} most={most} isTicked={isTicked} />
            </g>
          ))}
          {other && (
            <g className="row-other" transform={`translate(0 ${head + marks.length * columns.row})`}>
              <text y={columns.row / 2 + 4}>{fitted(other.label, columns.label)}</text>
              <text className="end numeric" x={columns.count} y={columns.row / 2 + 4}>
                {count(other.value)}
              </text>
              <text className="end numeric" x={columns.share} y={columns.row / 2 + 4}>
                {other.base >= 10 ? percent(other.value / other.base) : '–'}
              </text>
            </g>
          )}
        </svg>
      )}
      {tip}
    </div>
  )
}

const HEAD = 22

function columnsOf(width: number, marks: readonly Mark[], isPlain: boolean): Columns {
  const isStacked = width < (isPlain ? STACKED.counts : STACKED.shares)
  const hasSpark = !isStacked && width > 640 && marks.some((mark) => mark.spark)
  const hasChange = marks.some((mark) => mark.compared ?? mark.since_batch !== undefined)
  let right = width
  const change = hasChange ? right : undefined
  if (hasChange) right -= isStacked ? 60 : CHANGE
  const spark = hasSpark ? right - SPARK : undefined
  if (hasSpark) right -= SPARK + GAP
  const share = isPlain ? undefined : right
  const counted = isPlain ? right : right - SHARE
  const longest = Math.max(...marks.map((mark) => mark.label.length)) * LETTER
  const named = Math.min(longest, width * (isPlain ? 0.5 : 0.4))
  const label = isStacked ? counted - COUNT : named
  const barFrom = isStacked ? 0 : label + GAP
  const bar = isStacked ? width : counted - COUNT - barFrom
  return { row: isStacked ? 40 : 28, label, bar, barFrom, count: counted, share, spark, change }
}

function Head({
  columns: { label, bar, barFrom, count: counted, share, spark, change },
  measure,
  isCompared,
}: {
  columns: Columns
  measure: Measure
  isCompared: boolean
}) {
  return (
    <g className="axis" aria-hidden="true">
      {barFrom > 0 ? (
        <Key x={barFrom} width={bar} measure={measure} isCompared={isCompared && bar > KEY} />
      ) : (
        <Key x={0} width={label} measure={measure} />
      )}
      <text className="end" x={counted} y={12}>
        count
      </text>
      <text className="end" x={share} y={12}>
        share
      </text>
      {spark !== undefined && (
        <text x={spark} y={12}>
          last 12 months
        </text>
      )}
      {change !== undefined && (
        <text className="end" x={change} y={12}>
          change
        </text>
      )}
    </g>
  )
}

interface RowProps {
  mark: Mark
  columns: Columns
  most: number
  /** True where the compared period is marked. */
  isTicked: boolean
}

function Row({ mark, columns, most, isTicked }: RowProps) {
  const { row, label, bar, barFrom, spark, change } = columns
  const isStacked = barFrom === 0
  const text = isStacked ? 15 : row / 2 + 4.5
  const barY = isStacked ? 22 : (row - 14) / 2
  const barHeight = isStacked ? 10 : 14
  const wide = (value: number): number => Math.max(value > 0 ? 1 : 0, (value / most) * bar)
  return (
    <>
      <text y={text}>{fitted(mark.label, label)}</text>
      <rect className="bar-base" x={barFrom} y={barY} width={wide(mark.base)} height={barHeight} rx={2} />
      <rect className="bar" x={barFrom} y={barY} width={wide(mark.value)} height={barHeight} rx={2} />
      {isTicked && mark.compared && (
        <ComparedTick x={barFrom + wide(mark.compared.value)} y={barY - 3} height={barHeight + 6} />
      )}
      <text className="end numeric strong" x={columns.count} y={text}>
        {count(mark.value)}
      </text>
      {columns.share !== undefined && (
        <text className="end numeric quiet" x={columns.share} y={text}>
          {percent(mark.share)}
        </text>
      )}
      {spark !== undefined && mark.spark && (
        <Sparkline values={mark.spark} x={spark} y={5} width={SPARK - (change === undefined ? 4 : GAP)} height={row - 10} />
      )}
      {change !== undefined && <Change mark={mark} x={change} y={text} />}
    </>
  )
}

function ComparedTick({ x, y, height }: { x: number; y: number; height: number }) {
  return <rect className="compared" x={x - 1} y={y} width={2} height={height} />
}

/** Since the compared batch, or against the compared period; a triangle where it is more than chance makes. */
function Change({ mark: { compared, since_batch: since }, x, y }: { mark: Mark; x: number; y: number }) {
  const change = compared ? compared.now - compared.value : since
  if (change === undefined) return null
  const isMarked = compared?.is_marked ?? false
  const sign = change > 0 ? 'more' : change < 0 ? 'fewer' : 'none'
  return (
    <text className="end numeric change" data-change={sign} data-marked={isMarked} x={x} y={y}>
      {isMarked ? `${change > 0 ? '▲' : '▼'} ` : ''}
      {signed(change)}
    </text>
  )
}
