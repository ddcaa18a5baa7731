import { sparkLiteral } from './dialect.ts'

/** How a found value becomes a declared one, as Spark's SQL: the twin of `quality/reading.ts`, held to it by the parity test. */
export interface Reading {
  value: string
  /** Whether something is there; absent where whatever is there can be read. */
  present?: string
  rule?: 'bad_type' | 'bad_date'
  /** Conditions over the found and the read value: whether the value was repaired so. */
  repairs: Record<string, string>
}

/** SQL of the value as found, and of the value as read (in `repairs` alone). */
export interface Cell {
  found: string
  value: string
}

/** True where the whole text fits the pattern; Java's `$` would let a line's end pass. */
export function fits(text: string, pattern: string): string {
  return `${text} RLIKE ${sparkLiteral(`\\A(?:${pattern})\\z`)}`
}

export function blankText({ found }: Cell): Record<string, string> {
  return { empty_text: `${found} IS NOT NULL AND trim(${found}) = ''` }
}

export function presentText({ found }: Cell): string {
  return `trim(${found}) <> ''`
}
