import { memo } from 'react'
import { AmountLegend } from './amount-legend.tsx'
import { projectionOf, type Projection } from './hexagon-projection.ts'
import type { Choice, Mark, Measure } from './mark.ts'
import { amountBounds, amountStep } from './scale.ts'
import { useMarks } from './use-marks.tsx'
import { useWidth } from './use-width.ts'

interface HexagonMapProps {
  label: string
  marks: readonly Mark[]
  /** Every hexagon that any incident lies in: what is not among the marks keeps its place, so that the city keeps its shape. */
  ground: readonly Mark[]
  choice: Choice
  measure: Measure
}

const TALLEST = 780

/** The city from its own incidents: where nothing ever happened, such as the lake, there is paper. */
export function HexagonMap({ label, marks, ground, choice, measure }: HexagonMapProps) {
  const [element, width] = useWidth()
  const { drawing, markProps, tip } = useMarks(marks, choice, measure)
  const bounds = amountBounds(Math.max(1, ...marks.map((mark) => mark.value)))
  const projection = projectionOf(ground, width, TALLEST)
  return (
    <div ref={element} className="chart">
      {projection && (
        <svg
          className="hexagons"
          width={width}
          height={projection.height}
          role="group"
          aria-label={label}
          data-chart
          {...drawing}
        >
          <Ground ground={ground} projection={projection} />
          {marks.map((mark) => {
            const { x, y } = projection.place(mark)
            return (
              <g key={mark.key} {...markProps(mark, Math.round(x), Math.round(y))}>
                <path className={`amount-${amountStep(bounds, mark.value)}`} d={projection.hexagon(x, y)} />
              </g>
            )
          })}
          <Scale projection={projection} width={width} />
        </svg>
      )}
      <AmountLegend bounds={bounds} measure={measure} />
      {tip}
    </div>
  )
}

const Ground = memo(function Ground({ ground, projection }: { ground: readonly Mark[]; projection: Projection }) {
  const path = ground.map((mark) => {
    const { x, y } = projection.place(mark)
    return projection.hexagon(x, y)
  })
  return <path className="amount-0" d={path.join('')} aria-hidden="true" />
})

const SCALE_KM = 5

function Scale({ projection, width }: { projection: Projection; width: number }) {
  const length = projection.pixelsOf(SCALE_KM)
  return (
    <g className="axis" aria-hidden="true" transform={`translate(${width - length - 4} 20)`}>
      <path className="scale-bar" d={`M0 -4V0H${length}V-4`} />
      <text className="middle" x={length / 2} y={-6}>
        {SCALE_KM} km
      </text>
      <text className="middle" x={length / 2} y={18}>
        N ↑
      </text>
    </g>
  )
}
