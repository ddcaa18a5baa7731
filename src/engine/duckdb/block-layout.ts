import { impossible } from '../../errors.ts'
import type { BlockLayout } from '../engine.ts'

/** DuckDB's vector size: a table function gives no more rows at a time. */
const BLOCK_ROWS = 2048
export const TEXT_BYTES = 16

/** A block begins with numbers of four bytes: rows, bytes of heap, then NULLs by column. */
export const HEADER_ROWS = 0
export const HEADER_HEAP_BYTES = 1
export const HEADER_NULLS = 2

const WIDTHS: Readonly<Record<string, number>> = {
  BOOLEAN: 1,
  DATE: 4,
  BIGINT: 8,
  DOUBLE: 8,
  TIMESTAMP: 8,
  VARCHAR: TEXT_BYTES,
}

export function widthOf(type: string): number {
  const width = WIDTHS[type]
  if (width === undefined) throw impossible(`a column sink was asked to take ${type}`)
  return width
}

/** A block's parts, one after the other, each at a multiple of 64 bytes. */
export function blockLayout(types: readonly string[], heapBytes: number): BlockLayout & { sizeBytes: number } {
  let end = 0
  const part = (sizeBytes: number): number => {
    const begin = end
    end = Math.ceil((begin + sizeBytes) / 64) * 64
    return begin
  }
  part(4 * (HEADER_NULLS + types.length))
  const columns = types.map((type) => ({ data: part(BLOCK_ROWS * widthOf(type)), valid: part(BLOCK_ROWS / 8) }))
  const heap = part(heapBytes)
  return { rows: BLOCK_ROWS, columns, heap, heapBytes, sizeBytes: end }
}
