import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import type { Value } from '../engine.ts'

/** A value of DuckDB's as the engine port promises it; types it does not name come as DuckDB's own text. */
export function valueOf(value: DuckDBValue): Value {
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return value
  if (value instanceof DuckDBTimestampTZValue) return `${new DuckDBTimestampValue(value.micros).toString()}+00`
  if (value instanceof DuckDBListValue) return value.items.map(valueOf)
  if (value instanceof DuckDBStructValue) return struct(Object.entries(value.entries))
  if (value instanceof DuckDBMapValue) return struct(value.entries.map((e) => [String(valueOf(e.key)), e.value]))
  if (value instanceof DuckDBDecimalValue) return decimal(value)
  return value.toString()
}

function struct(entries: readonly (readonly [string, DuckDBValue])[]): Value {
  return Object.fromEntries(entries.map(([name, inner]) => [name, valueOf(inner)]))
}

/** A number where nothing is lost by it, else the exact text. */
function decimal(value: DuckDBDecimalValue): Value {
  const text = value.toString()
  const number = Number(text)
  const shortest = text.includes('.') ? text.replace(/\.?0+$/, '') : text
  return String(number) === shortest ? number : text
}
