import type { Value } from '../../engine/engine.ts'

const TIME = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/

/**
 * A value as text formats carry it: times in ISO 8601 (`2024-03-10T02:30:00` for a wall clock, with `Z` for an instant),
 * whole numbers beyond 2^53 as text, NaN and the infinities as null (JSON has none). `type` is the column's SQL type:
 * texts that merely look like a time stay as they are.
 */
export function jsonValue(value: Value, type: string): unknown {
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return wholeNumber(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value === 'string') return type.includes('TIMESTAMP') ? isoTime(value) : value
  if (Array.isArray(value)) return value.map((inner) => jsonValue(inner, type))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonValue(inner, type)]))
}

/** The same as one text for a cell; null is the empty text's distinct sibling and stays null. */
export function cellText(value: Value, type: string): string | null {
  if (value === null) return null
  if (typeof value === 'string') return type.includes('TIMESTAMP') ? isoTime(value) : value
  if (typeof value === 'object') return JSON.stringify(jsonValue(value, type))
  return String(value)
}

function wholeNumber(value: bigint): number | string {
  const exact = value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
  return exact ? Number(value) : String(value)
}

function isoTime(text: string): string {
  const [, day, time, utc] = TIME.exec(text) ?? []
  return day ? `${day}T${time}${utc ? 'Z' : ''}` : text
}
