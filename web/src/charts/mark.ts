/** What a chart draws of one value of its dimension. */
export interface Mark {
  key: string
  label: string
  /** The incidents that the dashboard is about. */
  value: number
  /** All incidents. */
  base: number
  /** value / base; null where the base is too small for a share. */
  share: number | null
  /** `now` in the complete part of the period shown, `value` in the earlier one; marked where chance is no reason (|z| > 3). */
  compared?: { now: number; value: number; base: number; z: number; is_marked: boolean }
  /** How many more than as of the compared batch. */
  since_batch?: number
  /** The last twelve complete months. */
  spark?: number[]
  /** What the value is made of, where there is more to say of it than a share. */
  parts?: readonly { label: string; value: number }[]
  /** Centre of a hexagon. */
  lat?: number | undefined
  lon?: number | undefined
}

/** What values and bases are called: `without arrest`, `incidents`. */
export interface Measure {
  value: string
  base: string
}

/** What is chosen of a dimension, and how to choose. */
export interface Choice {
  chosen: ReadonlySet<string>
  toggle: (key: string) => void
}

export function isFaded({ chosen }: Choice, key: string): boolean {
  return chosen.size > 0 && !chosen.has(key)
}
