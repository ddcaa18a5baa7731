import { layEight, layFloat, layInt16, layInt32, layInt8 } from './lay-numbers.ts'
import { layHexadecimal, layTexts } from './lay-texts.ts'
import { layDates, layTimes } from './lay-times.ts'
import type { Pass } from './pass.ts'
import type { PlannedColumn } from './plan.ts'
import { malformed } from './wire.ts'

/** Where the values of a block lie, in bytes from its begin (see `BlockLayout` of the engine port). */
export interface BlockPlaces {
  readonly rows: number
  readonly columns: readonly { readonly data: number; readonly valid: number }[]
  readonly heap: number
  readonly heapBytes: number
}

/** Rows as the server sent them: where the NULL bits of each begin and where it ends, in the shared memory. */
export interface RowPlaces {
  starts: Int32Array
  ends: Int32Array
  rows: number
}

/** What came of it. Where `odd` is not 0, leave out the rows that `isOdd` marks and lay the others out again. */
export interface LaidColumns {
  nulls: Int32Array
  odd: number
  isOdd: Uint8Array
  /** Where in the heap nothing is used. */
  free: number
}

/**
 * Lays rows of the binary protocol out as columns. It goes through all rows for one column after the other and remembers
 * where each row's next value stands, so that a loop does one thing to one type and no value becomes an object.
 */
export class ColumnLayer {
  readonly #columns: readonly PlannedColumn[]
  readonly #places: BlockPlaces
  readonly #bytes: Uint8Array<SharedArrayBuffer>
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #view: DataView<SharedArrayBuffer>
  readonly #at: Int32Array
  readonly #isNull: Uint8Array
  readonly #noNulls: Uint8Array
  readonly #isOdd: Uint8Array
  readonly #bitmap: Uint8Array
  readonly #nulls: Int32Array

  constructor(columns: readonly PlannedColumn[], places: BlockPlaces, memory: SharedArrayBuffer) {
    this.#columns = columns
    this.#places = places
    this.#bytes = new Uint8Array(memory)
    this.#words = new Int32Array(memory)
    this.#view = new DataView(memory)
    this.#at = new Int32Array(places.rows)
    this.#isNull = new Uint8Array(places.rows)
    this.#noNulls = new Uint8Array(places.rows)
    this.#bitmap = new Uint8Array((columns.length + 9) >> 3)
    this.#isOdd = new Uint8Array(places.rows)
    this.#nulls = new Int32Array(columns.length)
  }

  /** `begin` is the block's, `free` where its heap ends so far. Throws where a row does not end where its packet does. */
  lay(given: RowPlaces, begin: number, free: number): LaidColumns {
    const { starts, ends, rows } = given
    const [at, isOdd, places] = [this.#at, this.#isOdd, this.#places]
    const bitmapBytes = (this.#columns.length + 9) >> 3
    for (let row = 0; row < rows; row++) at[row] = starts[row]! + bitmapBytes
    isOdd.fill(0)
    const { heap } = places
    const shared = { bytes: this.#bytes, words: this.#words, view: this.#view, at, isOdd, rows, heap: begin + heap }
    this.#foldBitmaps(given, bitmapBytes)
    try {
      this.#columns.forEach((column, i) => {
        const { data, valid } = places.columns[i]!
        const nulls = this.#hasNull(i) ? this.#markNulls(given, i, begin + valid) : 0
        this.#nulls[i] = nulls
        const isNull = nulls > 0 ? this.#isNull : this.#noNulls
        free = layColumn(column, { ...shared, isNull, data: begin + data }, free)
      })
    } catch (error) {
      if (error instanceof RangeError) throw malformed('a row that is longer than its packet')
      throw error
    }
    let odd = 0
    for (let row = 0; row < rows; row++) {
      if (at[row] !== ends[row]) throw malformed('a row that ends elsewhere than its packet')
      odd += isOdd[row]!
    }
    return { nulls: this.#nulls, odd, isOdd, free }
  }

  /** Joins the NULL bits of all rows, so that columns without a NULL are not searched for any. */
  #foldBitmaps({ starts, rows }: RowPlaces, bitmapBytes: number): void {
    const bytes = this.#bytes
    for (let byte = 0; byte < bitmapBytes; byte++) {
      let bits = 0
      for (let row = 0; row < rows; row++) bits |= bytes[starts[row]! + byte]!
      this.#bitmap[byte] = bits
    }
  }

  #hasNull(column: number): boolean {
    return ((this.#bitmap[(column + 2) >> 3]! >> ((column + 2) & 7)) & 1) === 1
  }

  /** Marks the rows whose value is NULL, and clears their validity bits. */
  #markNulls({ starts, rows }: RowPlaces, column: number, valid: number): number {
    const [bytes, isNull] = [this.#bytes, this.#isNull]
    const byte = (column + 2) >> 3
    const shift = (column + 2) & 7
    let nulls = 0
    for (let row = 0; row < rows; row++) {
      const bit = (bytes[starts[row]! + byte]! >> shift) & 1
      isNull[row] = bit
      nulls += bit
    }
    for (let row = 0; row < rows; row += 8) {
      let bits = 0
      for (let i = 0; i < 8; i++) bits |= (1 - isNull[row + i]!) << i
      bytes[valid + (row >> 3)] = bits
    }
    return nulls
  }
}

function layColumn({ kind, unsigned }: PlannedColumn, pass: Pass, free: number): number {
  switch (kind) {
    case 'int8':
      layInt8(pass, unsigned)
      break
    case 'int16':
      layInt16(pass, unsigned)
      break
    case 'int32':
      layInt32(pass, unsigned)
      break
    case 'int64':
    case 'double':
      layEight(pass)
      break
    case 'float':
      layFloat(pass)
      break
    case 'time':
      layTimes(pass)
      break
    case 'date':
      layDates(pass)
      break
    case 'text':
      layTexts(pass)
      break
    case 'binary':
      return layHexadecimal(pass, free)
  }
  return free
}
