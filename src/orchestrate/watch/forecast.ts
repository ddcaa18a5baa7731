/** A step of a run under way. */
export interface StepSoFar {
  name: string
  state: 'done' | 'running' | 'waiting'
  elapsedMs: number
}

/** Times of one step in earlier runs of the same kind, in any order. */
export type PastTimes = ReadonlyMap<string, readonly number[]>

export interface Forecast {
  /** Of the whole run, from its start. */
  expectedMs: number
  /** The step that takes longest beyond what is usual; where none does, the one that takes longest. */
  slow: { step: string; elapsedMs: number; usualMs: number }
  samples: number
}

/** Fewer earlier runs say too little. */
const FEWEST_SAMPLES = 3
/** Older runs than the last so many say little about today. */
export const MOST_SAMPLES = 20

/**
 * How long a run will probably take. A step that has not begun takes its median; one that runs takes its median or, once it is
 * beyond that, what nine of ten runs took, and beyond that as long again as it is over. Undefined with fewer than 3 earlier runs.
 */
export function forecast(run: { elapsedMs: number; steps: readonly StepSoFar[] }, past: PastTimes): Forecast | undefined {
  const samples = Math.max(0, ...[...past.values()].map((times) => times.length))
  if (samples < FEWEST_SAMPLES || run.steps.length === 0) return undefined
  const remainingMs = run.steps.reduce((sum, step) => sum + remainingOf(step, past.get(step.name) ?? []), 0)
  return { expectedMs: run.elapsedMs + remainingMs, slow: slowest(run.steps, past), samples }
}

/** The value below which a part of all lies, by the nearest rank; 0 of none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0
}

function remainingOf({ state, elapsedMs }: StepSoFar, times: readonly number[]): number {
  if (state === 'done') return 0
  const median = quantile(times, 0.5)
  if (state === 'waiting') return median
  if (elapsedMs <= median) return median - elapsedMs
  const high = quantile(times, 0.9)
  return elapsedMs <= high ? high - elapsedMs : Math.min(elapsedMs - high, high)
}

function slowest(steps: readonly StepSoFar[], past: PastTimes): Forecast['slow'] {
  const told = steps.map(({ name, state, elapsedMs }) => {
    const usualMs = quantile(past.get(name) ?? [], 0.5)
    const takesMs = state === 'waiting' ? usualMs : elapsedMs
    return { step: name, elapsedMs, usualMs, takesMs, beyondMs: takesMs - usualMs }
  })
  const beyond = told.reduce((most, one) => (one.beyondMs > most.beyondMs ? one : most))
  const { step, elapsedMs, usualMs } =
    beyond.beyondMs > 0 ? beyond : told.reduce((most, one) => (one.takesMs > most.takesMs ? one : most))
  return { step, elapsedMs, usualMs }
}
