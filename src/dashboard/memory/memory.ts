import type { BatchAt } from '../../model/batch-at.ts'

/** Codes of one dimension, a code a row. */
export type Codes = Uint8Array<SharedArrayBuffer> | Uint16Array<SharedArrayBuffer>

/** What one thread tells another of a memory: nothing but memory that all threads see. */
export interface Columns {
  rows: number
  /** The dimension whose codes the rows are sorted by; within a code, by day. */
  sortedBy: string
  /** First row of each code of `sortedBy`, and behind the last one the number of rows. */
  starts: Uint32Array<SharedArrayBuffer>
  /** By dimension; the time dimension's codes are days since the first one. */
  codes: Readonly<Record<string, Codes>>
  /** One more than the highest code of each dimension. */
  sizes: Readonly<Record<string, number>>
  /** The dimension of kind time. */
  time: string
  state: Uint8Array<SharedArrayBuffer>
}

/** What finds single incidents. */
export interface RowKeys {
  /** Time of the day at which it happened, in steps of two seconds. */
  time: Uint16Array<SharedArrayBuffer>
  /** Keys less the lowest one: lower and upper 32 bits; no upper ones where all of them are 0. */
  low: Uint32Array<SharedArrayBuffer>
  high: Uint32Array<SharedArrayBuffer> | undefined
  lowest: bigint
}

/** The values of a dimension: code 0 is no value. */
export interface Dictionary {
  /** By code; `keys[0]` is `unknown`. */
  keys: string[]
  codeOf: Map<string, number>
}

/** The incidents of one batch as whole numbers in memory: what every figure of a dashboard is counted from. */
export interface Memory {
  batchAt: BatchAt
  columns: Columns
  rowKeys: RowKeys
  dictionaries: Readonly<Record<string, Dictionary>>
  calendar: Calendar
  sizeBytes: number
}

/** Days and months that the incidents cover. */
export interface Calendar {
  /** Days since 1970-01-01, both included. */
  firstDay: number
  lastDay: number
  firstMonth: number
  /** Keys of all months from the first to the last. */
  months: readonly string[]
  /** Month (counted from the first) of each day (counted from the first). */
  monthOf: Uint16Array
}
