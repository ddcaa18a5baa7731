import type { StagedType } from '../source/source.ts'

const REPAIRS = [
  'zeros_restored',
  'decimal_dropped',
  'decimal_comma',
  'empty_text',
  'nan_dropped',
  'location_rewritten',
] as const

export type Repair = (typeof REPAIRS)[number]

/** How a found value becomes a declared one, as SQL of the engine. */
export interface Reading {
  /** The value in its declared type; NULL where nothing is there, and where it cannot be read. */
  value: string
  /** Whether something is there; absent where whatever is there can be read. */
  present?: string
  /** What a value breaks that is there and cannot be read. */
  rule?: 'bad_type' | 'bad_date'
  /** Conditions over the found and the read value of a row that broke no rule: whether the value was repaired so. */
  repairs: Partial<Record<Repair, string>>
}

/** What a reading speaks of: the SQL of the value as found, and of the value as read (only in `repairs`). */
export interface Cell {
  found: string
  value: string
  /** Empty text is no value (files), not a text of no letters (MySQL). */
  emptyIsNull: boolean
}

/** A text as it is, or no value where it is empty and emptiness means that. */
export function textOf({ found, emptyIsNull }: Cell): string {
  return emptyIsNull ? `nullif(${found}, '')` : found
}

export function emptyText({ found, emptyIsNull }: Cell): Reading['repairs'] {
  return emptyIsNull ? { empty_text: `${found} = ''` } : {}
}

/** In a column of another type, a text of nothing but spaces is no value, whatever the source. */
export function blankText({ found }: Cell): Reading['repairs'] {
  return { empty_text: `${found} IS NOT NULL AND trim(${found}) = ''` }
}

export function isPresent(staged: StagedType, { found }: Cell): string {
  return staged === 'text' ? `trim(${found}) <> ''` : `${found} IS NOT NULL`
}
