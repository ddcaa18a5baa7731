import { count, short } from '../format.ts'
import type { Measure } from './mark.ts'
import { AMOUNT_STEPS } from './scale.ts'

interface AmountLegendProps {
  bounds: readonly number[]
  /** Where the first step begins; left out where that is at one. */
  least?: number
  measure: Measure
  text?: (value: number) => string
}

/** The steps of an amount from little to much, each above the number at which it ends. */
export function AmountLegend({ bounds, least, measure, text = briefCount }: AmountLegendProps) {
  const first = AMOUNT_STEPS - bounds.length + 1
  return (
    <div className="amount-legend numeric" aria-hidden="true">
      {least !== undefined && <span className="amount-least">{text(least)}</span>}
      {bounds.map((bound, i) => (
        <span key={bound} className="amount-step">
          <i className={`swatch-${first + i}`} />
          {text(bound)}
        </span>
      ))}
      <span className="amount-name">{measure.value}</span>
    </div>
  )
}

/** Short enough to stand below its step. */
function briefCount(value: number): string {
  return value < 10_000 ? count(value) : short(value)
}
