import type { PrimitiveType } from '../../model/schema.ts'

/** Longer texts are cut here, as in Java's `truncate(16)`. */
const TEXT_POINTS = 16
const LAST_POINT = 0x10ffff
const TIME = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?)?$/

/**
 * A column's bound in a data file, from DuckDB's text of it, in Iceberg's single-value serialization (Appendix D); undefined
 * where there is none to trust (infinity, BC, years beyond 9999, NaN): no bound is always safe, a wrong one loses rows.
 */
export function bound(type: PrimitiveType, text: string, side: 'lower' | 'upper'): Buffer | undefined {
  switch (type) {
    case 'boolean':
      return Buffer.from([text === '1' || text === 'true' ? 1 : 0])
    case 'int':
      return /^-?\d+$/.test(text) ? int32(Number(text)) : undefined
    case 'long':
      return /^-?\d+$/.test(text) ? int64(BigInt(text)) : undefined
    case 'double':
      return doubleBound(text, side)
    case 'date':
      return dateBound(text)
    case 'timestamp':
    case 'timestamptz':
      return timestampBound(text)
    case 'string':
      return textBound(text, side)
  }
}

export function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}

function doubleBound(text: string, side: 'lower' | 'upper'): Buffer | undefined {
  const value = Number(text)
  if (text === '' || !Number.isFinite(value)) return undefined
  const bytes = Buffer.alloc(8)
  // Zero has two signs that are equal to SQL and not to a reader that compares bits.
  bytes.writeDoubleLE(value !== 0 ? value : side === 'upper' ? 0 : -0)
  return bytes
}

function dateBound(text: string): Buffer | undefined {
  const [, day, time] = TIME.exec(text) ?? []
  return day === undefined || time !== undefined ? undefined : int32(Date.parse(day) / 86_400_000)
}

function timestampBound(text: string): Buffer | undefined {
  const [, day, time, fraction] = TIME.exec(text) ?? []
  if (day === undefined || time === undefined) return undefined
  // Microseconds since 1970 pass 2^53 in 2255, so they are never a number here.
  return int64(BigInt(Date.parse(`${day}T${time}Z`)) * 1000n + BigInt((fraction ?? '').padEnd(6, '0')))
}

function textBound(text: string, side: 'lower' | 'upper'): Buffer | undefined {
  const points = [...text]
  if (points.length <= TEXT_POINTS) return Buffer.from(text)
  points.length = TEXT_POINTS
  if (side === 'lower') return Buffer.from(points.join(''))
  for (let last = TEXT_POINTS - 1; last >= 0; last--) {
    const next = points[last]!.codePointAt(0)! + 1
    if (next > LAST_POINT) continue
    const above = String.fromCodePoint(next === 0xd800 ? 0xe000 : next) // Surrogates are no characters.
    return Buffer.from(points.slice(0, last).join('') + above)
  }
  return undefined
}
