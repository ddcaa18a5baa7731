import { counted, percent } from '../format.ts'
import { AmountLegend } from './amount-legend.tsx'
import { MapSheet } from './map-sheet.tsx'
import type { Choice, Mark, Measure } from './mark.ts'
import { fitted } from './projection.ts'
import { amountStep, evenBounds } from './scale.ts'
import { boundsOf, middleOf, pathOf, type Shape } from './shape.ts'
import { useMarks } from './use-marks.tsx'
import { useWidth } from './use-width.ts'

interface BoundaryMapProps {
  label: string
  marks: readonly Mark[]
  /** Every area of the city, those without an incident too. */
  shapes: readonly Shape[]
  choice: Choice
  measure: Measure
}

const TALLEST = 780
/** Shares are put into steps by thousandths. */
const THOUSANDTHS = 1000

/** Areas by their share, which unlike a count does not grow with how many live there. Too few to say are left pale. */
export function BoundaryMap({ label, marks, shapes, choice, measure }: BoundaryMapProps) {
  const [element, width] = useWidth()
  const byKey = new Map(shapes.map((shape) => [shape.key, shape]))
  const isChosen = ({ key }: Mark): boolean => choice.chosen.has(key)
  // What is chosen has an outline, which no neighbour may cover.
  const drawn = marks.filter(({ key }) => byKey.has(key)).sort((a, b) => Number(isChosen(a)) - Number(isChosen(b)))
  const { drawing, markProps, tip } = useMarks(drawn, choice, measure)
  const shares = drawn.flatMap(({ share }) => (share === null ? [] : [Math.round(share * THOUSANDTHS)]))
  const [least, most] = [Math.min(...shares), Math.max(...shares)]
  const bounds = shares.length > 0 ? evenBounds(least, most) : []
  const tooFew = drawn.length - shares.length
  const extent = boundsOf(shapes)
  if (!extent) return null
  const projection = width > 0 ? fitted(extent, 0, width, TALLEST) : undefined
  return (
    <div className="map">
      <div ref={element} className="chart map-field">
        {projection && (
          <MapSheet {...{ label, width, projection, drawing }}>
            <path className="area ground" d={shapes.map((shape) => pathOf(shape, projection)).join('')} aria-hidden="true" />
            {drawn.map((mark) => {
              const shape = byKey.get(mark.key)!
              const { x, y } = middleOf(shape, projection)
              const step = mark.share === null ? 0 : Math.max(1, amountStep(bounds, mark.share * THOUSANDTHS))
              return (
                <g key={mark.key} {...markProps(mark, Math.round(x), Math.round(y))}>
                  <path className={`area amount-${step}`} d={pathOf(shape, projection)} />
                </g>
              )
            })}
          </MapSheet>
        )}
      </div>
      {bounds.length > 0 && (
        <AmountLegend
          bounds={bounds}
          least={least}
          measure={measure}
          text={(thousandths) => percent(thousandths / THOUSANDTHS)}
        />
      )}
      {tooFew > 0 && (
        <p className="caption map-note">
          <i className="swatch-0" aria-hidden="true" />{' '}
          {`too few ${measure.base} to say, in ${counted(tooFew, 'area', 'areas')}`}
        </p>
      )}
      {tip}
    </div>
  )
}
