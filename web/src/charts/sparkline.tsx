interface SparklineProps {
  values: readonly number[]
  x: number
  y: number
  width: number
  height: number
}

/** A year’s course from nothing upwards, its last month as a dot; decoration beside figures, so that readers skip it. */
export function Sparkline({ values, x, y, width, height }: SparklineProps) {
  const most = Math.max(1, ...values)
  const step = width / Math.max(1, values.length - 1)
  const points = values.map((value, i): [number, number] => [x + i * step, y + height - (value / most) * height])
  const last = points.at(-1)
  if (!last) return null
  const line = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${px.toFixed(1)} ${py.toFixed(1)}`).join('')
  return (
    <g aria-hidden="true">
      <path className="spark-area" d={`${line}L${last[0].toFixed(1)} ${y + height}L${x} ${y + height}Z`} />
      <path className="spark-line" d={line} />
      <circle className="spark-dot" cx={last[0]} cy={last[1]} r={2.2} />
    </g>
  )
}
