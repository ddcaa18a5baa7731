import { memo } from 'react'
import { AmountLegend } from './amount-legend.tsx'
import { hexagonProjection, type HexagonProjection } from './hexagon-projection.ts'
import { MapSheet } from './map-sheet.tsx'
import type { Choice, Mark, Measure } from './mark.ts'
import { amountBounds, amountStep } from './scale.ts'
import { boundsOf, pathOf, type Shape } from './shape.ts'
import { useMarks } from './use-marks.tsx'
import { useWidth } from './use-width.ts'

interface HexagonMapProps {
  label: string
  marks: readonly Mark[]
  /** Every hexagon that any incident lies in: what is not among the marks keeps its place, so that the city keeps its shape. */
  ground: readonly Mark[]
  /** Areas whose boundaries are drawn over it. */
  shapes?: readonly Shape[] | undefined
  choice: Choice
  measure: Measure
}

const TALLEST = 780

/** The city from its own incidents: where nothing ever happened, such as the lake, there is paper. */
export function HexagonMap({ label, marks, ground, shapes = [], choice, measure }: HexagonMapProps) {
  const [element, width] = useWidth()
  const { drawing, markProps, tip } = useMarks(marks, choice, measure)
  const bounds = amountBounds(Math.max(1, ...marks.map((mark) => mark.value)))
  const projection = hexagonProjection(ground, width, TALLEST, boundsOf(shapes))
  return (
    <div className="map">
      <div ref={element} className="chart map-field">
        {projection && (
          <MapSheet {...{ label, width, projection, drawing }}>
            <Ground ground={ground} projection={projection} />
            {marks.map((mark) => {
              const { x, y } = projection.place(mark)
              return (
                <g key={mark.key} {...markProps(mark, Math.round(x), Math.round(y))}>
                  <path className={`amount-${amountStep(bounds, mark.value)}`} d={projection.hexagon(x, y)} />
                </g>
              )
            })}
            <Outlines shapes={shapes} projection={projection} />
          </MapSheet>
        )}
      </div>
      <AmountLegend bounds={bounds} measure={measure} />
      {tip}
    </div>
  )
}

const Ground = memo(function Ground({ ground, projection }: { ground: readonly Mark[]; projection: HexagonProjection }) {
  const path = ground.map((mark) => {
    const { x, y } = projection.place(mark)
    return projection.hexagon(x, y)
  })
  return <path className="ground" d={path.join('')} aria-hidden="true" />
})

const Outlines = memo(function Outlines({
  shapes,
  projection,
}: {
  shapes: readonly Shape[]
  projection: HexagonProjection
}) {
  return <path className="outline" d={shapes.map((shape) => pathOf(shape, projection)).join('')} aria-hidden="true" />
})
