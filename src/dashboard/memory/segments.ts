import type { Columns } from './memory.ts'
import type { Segment } from '../count/scan.ts'

/** Days from the first one of the memory, both included. */
export interface Days {
  from: number
  to: number
}

/** Where incidents of these codes (all by default) and days lie: rows are sorted by both, so that no other row is looked at. */
export function segmentsOf(columns: Columns, codes: readonly number[] | undefined, days: Days | undefined): Segment[] {
  const { starts, sortedBy, sizes } = columns
  const wanted = codes ?? Array.from({ length: sizes[sortedBy]! }, (_, code) => code)
  return wanted.flatMap((code) => {
    const segment = segmentOf(columns, starts[code]!, starts[code + 1]!, days)
    return segment.begin < segment.end ? [segment] : []
  })
}

/** The part of the rows from `begin` to `end`, all of one code, that lies within the days. */
function segmentOf({ codes, time }: Columns, begin: number, end: number, days: Days | undefined): Segment {
  if (!days) return { begin, end }
  const day = codes[time]!
  return { begin: firstFrom(day, begin, end, days.from), end: firstFrom(day, begin, end, days.to + 1) }
}

function firstFrom(days: { readonly [row: number]: number }, begin: number, end: number, day: number): number {
  let [low, high] = [begin, end]
  while (low < high) {
    const middle = (low + high) >> 1
    if (days[middle]! < day) low = middle + 1
    else high = middle
  }
  return low
}

/** The same segments in parts with about as many rows each. */
export function partsOf(segments: readonly Segment[], parts: number): Segment[][] {
  const total = segments.reduce((sum, { begin, end }) => sum + end - begin, 0)
  const share = Math.max(1, Math.ceil(total / parts))
  const result: Segment[][] = [[]]
  let left = share
  for (const { begin, end } of segments) {
    for (let from = begin; from < end;) {
      if (left === 0) {
        result.push([])
        left = share
      }
      const to = Math.min(end, from + left)
      result.at(-1)!.push({ begin: from, end: to })
      left -= to - from
      from = to
    }
  }
  return result
}
