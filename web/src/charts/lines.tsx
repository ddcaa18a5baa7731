import { month, percent } from '../format.ts'
import { ticksUpTo } from './scale.ts'
import { useWidth } from './use-width.ts'

export interface Line {
  label: string
  /** A share for each of the chart’s months; null where it is not known. */
  shares: (number | null)[]
}

interface LinesProps {
  label: string
  /** `2026-03`, in order. */
  months: readonly string[]
  lines: readonly Line[]
}

const HEIGHT = 240
const TOP = 12
const BOTTOM = 26
const LEFT = 44
const RIGHT = 84

/** Shares over months, a line each, with its name where it ends. */
export function Lines({ label, months, lines }: LinesProps) {
  const [element, width] = useWidth()
  const largest = Math.max(0.02, ...lines.flatMap(({ shares }) => shares.filter((share) => share !== null)))
  const ticks = ticksUpTo(largest * 100, 4).map((tick) => tick / 100)
  const most = ticks.at(-1) ?? 1
  const step = (width - LEFT - RIGHT) / Math.max(1, months.length - 1)
  const x = (index: number): number => LEFT + index * step
  const y = (share: number): number => HEIGHT - BOTTOM - (share / most) * (HEIGHT - BOTTOM - TOP)
  const every = Math.max(1, Math.ceil(72 / Math.max(1, step)))
  const ends = endsApart(lines.map(({ shares }) => y(shares.findLast((share) => share !== null) ?? 0)))
  return (
    <div ref={element} className="chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label} data-chart>
          <g className="axis">
            {ticks.map((tick) => (
              <g key={tick}>
                <line className={tick === 0 ? 'zero' : 'grid'} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
                <text className="end numeric" x={LEFT - 8} y={y(tick) + 4}>
                  {percent(tick)}
                </text>
              </g>
            ))}
            {months.map((key, index) =>
              index % every === 0 ? (
                <text key={key} x={x(index)} y={HEIGHT - 6}>
                  {month(key)}
                </text>
              ) : null,
            )}
          </g>
          {lines.map(({ label: name, shares }, index) => {
            const last = shares.findLastIndex((share) => share !== null)
            return (
              <g key={name} className={`series-${index + 1}`}>
                <path className="line" d={pathOf(shares, x, y)} />
                {last >= 0 && <circle className="line-end" cx={x(last)} cy={y(shares[last] ?? 0)} r={3} />}
                {last >= 0 && (
                  <text className="line-name" x={x(last) + 8} y={(ends[index] ?? 0) + 4}>
                    {name}
                  </text>
                )}
              </g>
            )
          })}
        </svg>
      )}
    </div>
  )
}

/** Breaks where a share is not known. */
function pathOf(shares: Line['shares'], x: (index: number) => number, y: (share: number) => number): string {
  return shares
    .map((share, i) =>
      share === null ? '' : `${i === 0 || shares[i - 1] === null ? 'M' : 'L'}${x(i).toFixed(1)} ${y(share).toFixed(1)}`,
    )
    .join('')
}

const NAME_HEIGHT = 15

/** Moves names apart that would lie on each other. */
function endsApart(ys: readonly number[]): number[] {
  const order = ys.map((_, i) => i).sort((a, b) => ys[a]! - ys[b]!)
  const placed = [...ys]
  order.forEach((index, i) => {
    const above = order[i - 1]
    if (above !== undefined) placed[index] = Math.max(placed[index]!, placed[above]! + NAME_HEIGHT)
  })
  return placed
}
