import {
  DuckDBDateValue,
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

const MICROS_PER_DAY = 86_400_000_000n

/** The port's value as DuckDB's appender wants it for a column of this SQL type. */
export function toDuckDb(type: string, value: unknown): DuckDBValue {
  if (value === null || value === undefined) return null
  if (type === 'BIGINT') return BigInt(value as number | bigint | string)
  if (type === 'TIMESTAMP') return new DuckDBTimestampValue(micros(String(value)))
  if (type === 'DATE') return new DuckDBDateValue(Number(micros(String(value)) / MICROS_PER_DAY))
  return value as DuckDBValue
}

function micros(text: string): bigint {
  const [, seconds, fraction] = /^([^.]*)(?:\.(\d{1,6}))?$/.exec(text.replace('T', ' ')) ?? []
  const ms = Date.parse(`${seconds?.includes(':') ? seconds.replace(' ', 'T') : `${seconds}T00:00:00`}Z`)
  return BigInt(ms) * 1000n + BigInt((fraction ?? '').padEnd(6, '0'))
}
