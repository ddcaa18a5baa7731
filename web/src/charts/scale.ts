/** Round values from 0 to at least `most`, about `wanted` of them: steps are 1, 2, 2.5 or 5 times a power of ten. */
export function ticksUpTo(most: number, wanted: number): number[] {
  if (most <= 0) return [0]
  const rough = most / wanted
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = Math.max(1, (([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) as number) * power)
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, i) => i * step)
}

/** Steps of `--amount-N`, 1 to 7; 0 is nothing. */
export const AMOUNT_STEPS = 7

/**
 * Upper ends of the steps. Half-way between equal distances and equal numbers: square roots of the value, so that the few
 * largest do not make all others look empty.
 */
export function amountBounds(most: number): number[] {
  const bounds = Array.from({ length: AMOUNT_STEPS }, (_, i) => Math.round(most * ((i + 1) / AMOUNT_STEPS) ** 2))
  return bounds.filter((bound, i) => bound > (bounds[i - 1] ?? 0))
}

/** Equal distances between the smallest and the largest, for what never comes near to nothing. */
export function evenBounds(least: number, most: number): number[] {
  const bounds = Array.from({ length: AMOUNT_STEPS }, (_, i) =>
    Math.round(least + ((most - least) * (i + 1)) / AMOUNT_STEPS),
  )
  return bounds.filter((bound, i) => bound > (bounds[i - 1] ?? least - 1))
}

/** The step of a value. With fewer bounds than steps, the darkest still is the largest. */
export function amountStep(bounds: readonly number[], value: number): number {
  if (value <= 0) return 0
  const index = bounds.findIndex((bound) => value <= bound)
  return AMOUNT_STEPS - (bounds.length - 1) + (index === -1 ? bounds.length - 1 : index)
}

/** A text that fits a width in pixels of the charts' type (Inter 12 or 13), with an ellipsis where it was cut. */
export function fitted(text: string, width: number, sizePx = 13): string {
  const most = Math.floor(width / (sizePx * 0.53))
  return text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1)).trimEnd()}…`
}
