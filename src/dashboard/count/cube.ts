import { impossible } from '../../errors.ts'
import { STATES } from '../memory/keyed.ts'
import type { Calendar, Codes, Columns } from '../memory/memory.ts'
import type { Figures } from './scan.ts'

/** Figures of every pair of codes of two dimensions; days are put together to months. */
export interface Cube {
  first: string
  second: string
  /** At `(first code * second size + second code) * STATES`. */
  figures: Uint32Array<SharedArrayBuffer>
}

/** Larger ones cost more memory than they save time. */
const MOST_CELLS = 2_000_000

/** The pairs that are worth it: of all dimensions, as long as a pair has no more than two million cells. */
export function pairsOf(columns: Columns, months: number): [string, string][] {
  const names = Object.keys(columns.sizes)
  const size = (name: string): number => (name === columns.time ? months : columns.sizes[name]!)
  return names.flatMap((first, i) =>
    names
      .slice(i + 1)
      .flatMap((second): [string, string][] => (size(first) * size(second) <= MOST_CELLS ? [[first, second]] : [])),
  )
}

const BLOCK = 4096

/** Counts one pair in one pass over all rows. */
export function buildCube(
  columns: Columns,
  { months, monthOf }: Pick<Calendar, 'months' | 'monthOf'>,
  first: string,
  second: string,
): Cube {
  const size = (name: string): number => (name === columns.time ? months.length : columns.sizes[name]!)
  const figures = new Uint32Array(new SharedArrayBuffer(size(first) * size(second) * STATES * 4))
  const place = (name: string, step: number): Int32Array =>
    Int32Array.from({ length: columns.sizes[name]! }, (_, code) => (name === columns.time ? monthOf[code]! : code) * step)
  const ofFirst = place(first, size(second) * STATES)
  const ofSecond = place(second, STATES)
  const places = new Int32Array(BLOCK)
  for (let from = 0; from < columns.rows; from += BLOCK) {
    const to = Math.min(from + BLOCK, columns.rows)
    for (let i = 0; i < to - from; i++) places[i] = columns.state[from + i]!
    add(columns.codes[first]!, ofFirst, from, to, places)
    add(columns.codes[second]!, ofSecond, from, to, places)
    for (let i = 0; i < to - from; i++) figures[places[i]!]!++
  }
  return { first, second, figures }
}

function add(codes: Codes, places: Int32Array, from: number, to: number, sums: Int32Array): void {
  if (codes instanceof Uint8Array) add8(codes, places, from, to, sums)
  else add16(codes, places, from, to, sums)
}

function add8(codes: Uint8Array, places: Int32Array, from: number, to: number, sums: Int32Array): void {
  for (let row = from, i = 0; row < to; row++, i++) sums[i]! += places[codes[row]!]!
}

function add16(codes: Uint16Array, places: Int32Array, from: number, to: number, sums: Int32Array): void {
  for (let row = from, i = 0; row < to; row++, i++) sums[i]! += places[codes[row]!]!
}

/** Figures of one dimension of a cube where the other one passes (all of it by default). */
export function sliceOf(
  { first, second, figures }: Cube,
  sizes: { first: number; second: number },
  wanted: string,
  passes?: Uint8Array,
): Figures {
  const width = sizes.second * STATES
  if (wanted === second) {
    const sums = new Uint32Array(width)
    for (let code = 0; code < sizes.first; code++) {
      if (passes && passes[code] === 0) continue
      const begin = code * width
      for (let i = 0; i < width; i++) sums[i]! += figures[begin + i]!
    }
    return sums
  }
  if (wanted !== first) throw impossible(`${wanted} in the cube of ${first} and ${second}`)
  const sums = new Uint32Array(sizes.first * STATES)
  for (let code = 0; code < sizes.first; code++) {
    for (let other = 0; other < sizes.second; other++) {
      if (passes && passes[other] === 0) continue
      const cell = code * width + other * STATES
      for (let state = 0; state < STATES; state++) sums[code * STATES + state]! += figures[cell + state]!
    }
  }
  return sums
}
