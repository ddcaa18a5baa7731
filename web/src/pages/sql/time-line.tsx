import { ticksUpTo } from '../../charts/scale.ts'
import { useWidth } from '../../charts/use-width.ts'
import { short } from '../../format.ts'
import { figureText } from './values.ts'

export interface Point {
  /** The value along the axis, as it came. */
  key: string
  value: number
}

interface TimeLineProps {
  points: readonly Point[]
  /** Else keys are dates and times. */
  isNumeric: boolean
  name: string
  along: string
}

interface Placed extends Point {
  at: number
}

const HEIGHT = 280
const TOP = 16
const BOTTOM = 28
const LEFT = 56
const RIGHT = 24
const CHARACTER_PX = 6.6
const SPACE_PX = 16

/** Values over time or numbers, in their order whatever the rows’ was, at their true distances. */
export function TimeLine({ points, isNumeric, name, along }: TimeLineProps) {
  const [element, width] = useWidth()
  const placed = points
    .map((point): Placed => ({
      ...point,
      at: isNumeric ? Number(point.key) : Date.parse(`${point.key.replace(' ', 'T')}${zoneOf(point.key)}`),
    }))
    .filter(({ at }) => Number.isFinite(at))
    .toSorted((a, b) => a.at - b.at)
  const [first, last] = [placed[0], placed.at(-1)]
  if (!first || !last) return <p className="sql-hint">Nothing here can be put on a line.</p>
  const most = Math.max(0, ...placed.map(({ value }) => value)) || 1
  const least = Math.min(0, ...placed.map(({ value }) => value))
  const ticks = most > 4 ? ticksUpTo(most, 4) : [0, most / 2, most]
  const top = ticks.at(-1) ?? most
  const x = (at: number): number => LEFT + ((width - LEFT - RIGHT) * (at - first.at)) / (last.at - first.at || 1)
  const y = (value: number): number => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * (value - least)) / (top - least || 1)
  const labels = labelled(placed, x)
  return (
    <div ref={element} className="chart">
      {width > 0 && (
        <svg
          width={width}
          height={HEIGHT}
          role="img"
          aria-label={`Line: ${name} by ${along}; the numbers are in the table`}
          data-chart
        >
          <g className="axis">
            {ticks.map((tick) => (
              <g key={tick}>
                <line className={tick === 0 ? 'zero' : 'grid'} x1={LEFT} x2={width - RIGHT} y1={y(tick)} y2={y(tick)} />
                <text className="end numeric" x={LEFT - 8} y={y(tick) + 4}>
                  {top > 4 ? short(tick) : figureText(tick, name)}
                </text>
              </g>
            ))}
            {labels.map(({ label, at, anchor }) => (
              <text key={at} className={anchor} x={x(at)} y={HEIGHT - 8}>
                {label}
              </text>
            ))}
          </g>
          <g className="series-1">
            <path
              className="line"
              d={placed
                .map(({ at, value }, i) => `${i === 0 ? 'M' : 'L'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
                .join('')}
            />
            {placed.length <= 60 &&
              placed.map(({ key, at, value }, i) => (
                <circle key={`${i} ${key}`} className="line-end" cx={x(at)} cy={y(value)} r={3} />
              ))}
          </g>
        </svg>
      )}
    </div>
  )
}

/** A wall clock is put on the axis as it is written, whatever the zone of who looks. */
function zoneOf(key: string): string {
  if (/Z$|[+-]\d\d(:\d\d)?$/.test(key.slice(10))) return ''
  return key.length > 10 ? 'Z' : ''
}

/** As many as find room: the first and the last, and of those between each that does not touch the one before. */
function labelled(placed: readonly Placed[], x: (at: number) => number): (Placed & { label: string; anchor: Anchor })[] {
  const label = ({ key }: Placed): string => key.replace(/ 00:00:00.*$/, '')
  const widest = Math.max(...placed.map((one) => label(one).length)) * CHARACTER_PX
  const [first, last] = [placed[0]!, placed.at(-1)!]
  const chosen = [{ ...first, label: label(first), anchor: 'start' as Anchor }]
  let free = x(first.at) + widest * 1.5 + SPACE_PX
  for (const one of placed) {
    if (x(one.at) < free || x(one.at) > x(last.at) - widest * 1.5 - SPACE_PX) continue
    chosen.push({ ...one, label: label(one), anchor: 'middle' })
    free = x(one.at) + widest + SPACE_PX
  }
  const fitsLast = x(last.at) - x(first.at) > 2 * widest + SPACE_PX
  return fitsLast ? [...chosen, { ...last, label: label(last), anchor: 'end' }] : chosen
}

type Anchor = 'start' | 'middle' | 'end'
