import type { BlockLayout, ColumnBlock } from '../engine.ts'
import { TEXT_BYTES } from './block-layout.ts'
import { microsOf, MICROS_PER_DAY } from './micros.ts'

const INLINE_BYTES = 12
/** What a character of a JavaScript string takes at most in UTF-8. */
const BYTES_PER_CHARACTER = 3
const TWO_32 = 2 ** 32

type Values = readonly unknown[]

/** Lays values of the engine port out in one block, rows after those that are there already. */
export class ValueLayer {
  readonly #types: readonly string[]
  readonly #layout: BlockLayout
  readonly #begin: number
  readonly #bytes: Buffer
  readonly #words: Int32Array
  readonly #longs: BigInt64Array
  readonly #doubles: Float64Array
  /** By column. */
  readonly nulls: Int32Array
  rows = 0
  heapUsedBytes = 0
  /** Whether no row may follow. */
  isFull = false

  constructor(types: readonly string[], layout: BlockLayout, { memory, begin }: ColumnBlock) {
    this.#types = types
    this.#layout = layout
    this.#begin = begin
    this.#bytes = Buffer.from(memory)
    this.#words = new Int32Array(memory)
    this.#longs = new BigInt64Array(memory)
    this.#doubles = new Float64Array(memory)
    this.nulls = new Int32Array(types.length)
    for (const { valid } of layout.columns) this.#bytes.fill(0xff, begin + valid, begin + valid + layout.rows / 8)
  }

  /** Takes up to `count` rows from `from` on, as many as fit, and returns how many did. */
  lay(columns: readonly Values[], from: number, count: number): number {
    const most = Math.min(count, this.#layout.rows - this.rows)
    const heapUsedBytes = this.heapUsedBytes
    let fitting = most
    let nulls = this.#layAll(columns, from, fitting)
    while (nulls === undefined) {
      this.heapUsedBytes = heapUsedBytes
      fitting >>= 1
      nulls = this.#layAll(columns, from, fitting)
    }
    nulls.forEach((n, i) => (this.nulls[i]! += n))
    this.rows += fitting
    this.isFull = this.rows === this.#layout.rows || (fitting < most && this.rows > 0)
    return fitting
  }

  /** The size of a heap that takes the texts of a row. */
  static heapBytes(columns: readonly Values[], row: number): number {
    const texts = columns.map((values) => values[row]).filter((value) => typeof value === 'string')
    const characters = texts.reduce((sum, text) => sum + text.length, 0)
    return 2 ** Math.ceil(Math.log2(characters * BYTES_PER_CHARACTER + 1))
  }

  /** The NULLs of each column; undefined where the heap does not suffice. */
  #layAll(columns: readonly Values[], from: number, count: number): number[] | undefined {
    const nulls: number[] = []
    for (const [i, type] of this.#types.entries()) {
      const values = columns[i]!
      const place = this.#begin + this.#layout.columns[i]!.data
      nulls.push(this.#markNulls(values, from, count, this.#begin + this.#layout.columns[i]!.valid))
      if (type === 'VARCHAR') {
        if (!this.#layTexts(values, from, count, place)) return undefined
      } else this.#layFixed(type, values, from, count, place)
    }
    return nulls
  }

  #markNulls(values: Values, from: number, count: number, valid: number): number {
    let nulls = 0
    for (let i = 0; i < count; i++) {
      if (values[from + i] !== null && values[from + i] !== undefined) continue
      const row = this.rows + i
      this.#bytes[valid + (row >> 3)]! &= ~(1 << (row & 7))
      nulls++
    }
    return nulls
  }

  #layFixed(type: string, values: Values, from: number, count: number, place: number): void {
    for (let i = 0; i < count; i++) {
      const value = values[from + i]
      const row = this.rows + i
      if (value === null || value === undefined) continue
      if (type === 'DOUBLE') this.#doubles[place / 8 + row] = Number(value)
      else if (type === 'BIGINT') this.#layLong(value, place / 8 + row)
      else if (type === 'TIMESTAMP') this.#layLong(microsOf(String(value)), place / 8 + row)
      else if (type === 'DATE') this.#words[place / 4 + row] = Number(microsOf(String(value))) / MICROS_PER_DAY
      else this.#bytes[place + row] = value === true ? 1 : 0
    }
  }

  #layLong(value: unknown, at: number): void {
    if (typeof value === 'number' && Number.isSafeInteger(value)) {
      this.#words[2 * at] = value
      this.#words[2 * at + 1] = Math.floor(value / TWO_32)
    } else {
      this.#longs[at] = BigInt(value as number | bigint | string)
    }
  }

  #layTexts(values: Values, from: number, count: number, place: number): boolean {
    const [bytes, words] = [this.#bytes, this.#words]
    const heap = this.#begin + this.#layout.heap
    let used = this.heapUsedBytes
    for (let i = 0; i < count; i++) {
      const value = values[from + i]
      if (value === null || value === undefined) continue
      const text = value as string
      if (used + text.length * BYTES_PER_CHARACTER > this.#layout.heapBytes) return false
      const length = layText(bytes, text, heap + used)
      const entry = place + (this.rows + i) * TEXT_BYTES
      words.fill(0, entry / 4, entry / 4 + 4)
      words[entry / 4] = length
      bytes.copyWithin(entry + 4, heap + used, heap + used + (length <= INLINE_BYTES ? length : 4))
      if (length <= INLINE_BYTES) continue
      words[entry / 4 + 2] = used
      used += length
    }
    this.heapUsedBytes = used
    return true
  }
}

/** Writes a text as UTF-8, half characters as U+FFFD, and returns its length. Most are of ASCII and short. */
function layText(bytes: Buffer, text: string, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return bytes.write(text, at)
    bytes[at + i] = code
  }
  return text.length
}
