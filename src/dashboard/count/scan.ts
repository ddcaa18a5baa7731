import { STATES } from '../memory/keyed.ts'
import type { Codes, Columns } from '../memory/memory.ts'

/** Rows that lie together and have one code in the dimension that rows are sorted by. */
export interface Segment {
  begin: number
  end: number
}

/** A condition on rows: one byte a code, 1 for those that pass. */
export interface Condition {
  dimension: string
  passes: Uint8Array
}

/** What to count among which rows. */
export interface Scan {
  segments: readonly Segment[]
  conditions: readonly Condition[]
  /** Dimensions whose codes are counted. */
  counts: readonly string[]
}

/** Figures by code and state: those of a code stand at `code * STATES`. */
export type Figures = Uint32Array

export interface ScanResult {
  /** One for each of `counts`. */
  figures: Figures[]
  /** Of all that pass, by state. */
  total: Figures
}

/** So many rows at a time that what is read and written again and again stays in the nearest cache. */
const BLOCK = 4096
const SHIFT = Math.log2(STATES)

/**
 * Counts in one pass: block by block the rows that pass are chosen, condition by condition, then counted dimension by
 * dimension. Each inner loop does one thing with arrays of one kind, which is what makes it fast.
 */
export function scan(columns: Columns, { segments, conditions, counts }: Scan): ScanResult {
  const figures = counts.map((name) => new Uint32Array(columns.sizes[name]! * STATES))
  const total = new Uint32Array(STATES)
  const chosen = new Int32Array(BLOCK)
  for (const { begin, end } of segments)
    for (let from = begin; from < end; from += BLOCK) {
      const to = Math.min(from + BLOCK, end)
      if (conditions.length === 0) {
        counts.forEach((name, i) => countAll(columns.codes[name]!, columns.state, from, to, figures[i]!))
        for (let row = from; row < to; row++) total[columns.state[row]!]!++
        continue
      }
      let n = to - from
      conditions.forEach(({ dimension, passes }, i) => {
        const codes = columns.codes[dimension]!
        n = i === 0 ? chooseFirst(codes, passes, from, to, chosen) : chooseAmong(codes, passes, chosen, n)
      })
      if (n === 0) continue
      counts.forEach((name, i) => countChosen(columns.codes[name]!, columns.state, chosen, n, figures[i]!))
      for (let i = 0; i < n; i++) total[columns.state[chosen[i]!]!]!++
    }
  return { figures, total }
}

/** Rows of a segment that pass all conditions, handed to `take` in their order. */
export function eachRow(
  columns: Columns,
  segments: readonly Segment[],
  conditions: readonly Condition[],
  take: (row: number) => void,
) {
  for (const { begin, end } of segments)
    rows: for (let row = begin; row < end; row++) {
      for (const { dimension, passes } of conditions) if (passes[columns.codes[dimension]![row]!] === 0) continue rows
      take(row)
    }
}

function chooseFirst(codes: Codes, passes: Uint8Array, from: number, to: number, chosen: Int32Array): number {
  return codes instanceof Uint8Array
    ? chooseFirst8(codes, passes, from, to, chosen)
    : chooseFirst16(codes, passes, from, to, chosen)
}

// The same loop once for bytes and once for pairs of them: one function that saw both would be compiled for neither.
function chooseFirst8(codes: Uint8Array, passes: Uint8Array, from: number, to: number, chosen: Int32Array): number {
  let n = 0
  for (let row = from; row < to; row++) {
    chosen[n] = row
    n += passes[codes[row]!]!
  }
  return n
}

function chooseFirst16(codes: Uint16Array, passes: Uint8Array, from: number, to: number, chosen: Int32Array): number {
  let n = 0
  for (let row = from; row < to; row++) {
    chosen[n] = row
    n += passes[codes[row]!]!
  }
  return n
}

function chooseAmong(codes: Codes, passes: Uint8Array, chosen: Int32Array, before: number): number {
  return codes instanceof Uint8Array
    ? chooseAmong8(codes, passes, chosen, before)
    : chooseAmong16(codes, passes, chosen, before)
}

function chooseAmong8(codes: Uint8Array, passes: Uint8Array, chosen: Int32Array, before: number): number {
  let n = 0
  for (let i = 0; i < before; i++) {
    const row = chosen[i]!
    chosen[n] = row
    n += passes[codes[row]!]!
  }
  return n
}

function chooseAmong16(codes: Uint16Array, passes: Uint8Array, chosen: Int32Array, before: number): number {
  let n = 0
  for (let i = 0; i < before; i++) {
    const row = chosen[i]!
    chosen[n] = row
    n += passes[codes[row]!]!
  }
  return n
}

function countAll(codes: Codes, state: Uint8Array, from: number, to: number, figures: Figures): void {
  if (codes instanceof Uint8Array) countAll8(codes, state, from, to, figures)
  else countAll16(codes, state, from, to, figures)
}

function countAll8(codes: Uint8Array, state: Uint8Array, from: number, to: number, figures: Figures): void {
  for (let row = from; row < to; row++) figures[(codes[row]! << SHIFT) + state[row]!]!++
}

function countAll16(codes: Uint16Array, state: Uint8Array, from: number, to: number, figures: Figures): void {
  for (let row = from; row < to; row++) figures[(codes[row]! << SHIFT) + state[row]!]!++
}

function countChosen(codes: Codes, state: Uint8Array, chosen: Int32Array, n: number, figures: Figures): void {
  if (codes instanceof Uint8Array) countChosen8(codes, state, chosen, n, figures)
  else countChosen16(codes, state, chosen, n, figures)
}

function countChosen8(codes: Uint8Array, state: Uint8Array, chosen: Int32Array, n: number, figures: Figures): void {
  for (let i = 0; i < n; i++) {
    const row = chosen[i]!
    figures[(codes[row]! << SHIFT) + state[row]!]!++
  }
}

function countChosen16(codes: Uint16Array, state: Uint8Array, chosen: Int32Array, n: number, figures: Figures): void {
  for (let i = 0; i < n; i++) {
    const row = chosen[i]!
    figures[(codes[row]! << SHIFT) + state[row]!]!++
  }
}
