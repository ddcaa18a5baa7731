import { count } from '../format.ts'
import type { Measure } from './mark.ts'
import { AMOUNT_STEPS } from './scale.ts'

/** The steps of an amount from little to much, with the numbers at which they end. */
export function AmountLegend({
  bounds,
  least = 0,
  measure,
  text = count,
}: {
  bounds: readonly number[]
  least?: number
  measure: Measure
  text?: (value: number) => string
}) {
  const first = AMOUNT_STEPS - bounds.length + 1
  return (
    <div className="amount-legend numeric" aria-hidden="true">
      <span>{text(least)}</span>
      {bounds.map((bound, i) => (
        <i key={bound} className={`swatch-${first + i}`} />
      ))}
      <span>{`${text(bounds.at(-1) ?? 0)} ${measure.value}`}</span>
    </div>
  )
}
