import type { PrimitiveType } from '../../model/schema.ts'
import { bound } from '../format/bounds.ts'
import type { Scan } from './plan.ts'

/** The files of a scan that `keep` wants, told by a column's bounds in Iceberg's serialization; undefined where a file has none. */
export function filesWithin(scan: Scan, column: string, keep: (low?: Buffer, high?: Buffer) => boolean): Scan {
  const id = scan.schema.fields.find((field) => field.name === column)?.id
  const files = scan.files.filter(({ file }) => {
    const of = (bounds: typeof file.lower_bounds): Buffer | undefined => bounds?.find((known) => known.key === id)?.value
    return keep(of(file.lower_bounds), of(file.upper_bounds))
  })
  return { ...scan, files, rows: files.reduce((sum, { file }) => sum + file.record_count, 0), rowsExact: false }
}

/** The part of a scan that may hold rows in which a column has one of these values, written as text. */
export function filesWithAny(scan: Scan, column: string, values: readonly string[]): Scan {
  const type = scan.schema.fields.find((field) => field.name === column)?.type
  const order = typeof type === 'string' ? ORDER[type as PrimitiveType] : undefined
  // Whole texts: bounds are cut and then rounded outwards, a value that were cut as well could seem to lie outside of them.
  const bytes = (value: string) => (type === 'string' ? Buffer.from(value) : bound(type as PrimitiveType, value, 'lower'))
  const known = order ? values.map(bytes) : []
  if (!order || known.some((value) => value === undefined)) return scan
  return filesWithin(scan, column, (low, high) =>
    known.some((value) => (!low || order(low, value!) <= 0) && (!high || order(high, value!) >= 0)),
  )
}

const ORDER: Partial<Record<PrimitiveType, (a: Buffer, b: Buffer) => number>> = {
  int: (a, b) => a.readInt32LE() - b.readInt32LE(),
  long: (a, b) => {
    const [left, right] = [wide(a), wide(b)]
    return left < right ? -1 : left > right ? 1 : 0
  },
  string: (a, b) => Buffer.compare(a, b),
}

/** A column that was an int when its file was written has bounds of four bytes. */
function wide(value: Buffer): bigint {
  return value.length === 4 ? BigInt(value.readInt32LE()) : value.readBigInt64LE()
}
