import { escaped } from './markup.ts'

const STEPS = 7

/** The step of an amount, from nothing (0) to the most (7): by square roots, so that the few largest do not hide all others. */
export function step(value: number | null, most: number): number {
  return value === null || value <= 0 ? 0 : Math.max(1, Math.ceil(STEPS * Math.sqrt(value / most)))
}

/** The step of what lies between a least and a most, by equal distances. */
export function evenStep(value: number, least: number, most: number): number {
  return most > least ? Math.max(1, Math.ceil((STEPS * (value - least)) / (most - least))) : STEPS
}

export function legend(least: string, most: string): string {
  const steps = Array.from({ length: STEPS }, (_, i) => `<i class="step-${i + 1}"></i>`).join('')
  return `<p class="legend" aria-hidden="true"><span>${escaped(least)}</span>${steps}<span>${escaped(most)}</span></p>`
}
