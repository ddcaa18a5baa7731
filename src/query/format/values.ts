import type { Value } from '../../engine/engine.ts'

const TIME = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)(\+00)?$/

/** Writes the values of one column; made once a column, as results have millions of rows. */
export type Encode<T> = (value: Value) => T

/**
 * Values as JSON has them: times in ISO 8601 (`2024-03-10T02:30:00` for a wall clock, with `Z` for an instant), whole
 * numbers beyond 2^53 as text, NaN and the infinities as null (JSON has none). `type` is the column's SQL type: texts that
 * merely look like a time stay as they are.
 */
export function jsonEncoder(type: string): Encode<unknown> {
  const text = type.includes('TIMESTAMP') ? isoTime : (value: string): string => value
  const encode: Encode<unknown> = (value) => {
    switch (typeof value) {
      case 'string':
        return text(value)
      case 'number':
        return Number.isFinite(value) ? value : null
      case 'bigint':
        return wholeNumber(value)
      case 'boolean':
        return value
      default:
        if (value === null) return null
        if (Array.isArray(value)) return value.map(encode)
        return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, encode(inner)]))
    }
  }
  return encode
}

/** Values as the text of a cell; lists and structs as JSON. NULL stays null, as it is not the empty text. */
export function cellEncoder(type: string): Encode<string | null> {
  const text = type.includes('TIMESTAMP') ? isoTime : (value: string): string => value
  const json = jsonEncoder(type)
  return (value) => {
    if (typeof value === 'string') return text(value)
    if (value === null) return null
    return typeof value === 'object' ? JSON.stringify(json(value)) : String(value)
  }
}

function wholeNumber(value: bigint): number | string {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function isoTime(text: string): string {
  const [, day, time, utc] = TIME.exec(text) ?? []
  return day ? `${day}T${time}${utc ? 'Z' : ''}` : text
}
