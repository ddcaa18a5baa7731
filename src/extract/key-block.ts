import type { StagedColumnSink } from '../source/source.ts'
import { NO_CURSOR } from './known-keys.ts'

/** So many that a block is compared in one go of some microseconds, while the next bytes are on their way. */
const BLOCK_ROWS = 4096
/** Two columns of eight bytes with a bit for each value, then the heap: all of them at a multiple of 64 bytes. */
const [DATA_BYTES, VALID_BYTES] = [BLOCK_ROWS * 8, BLOCK_ROWS / 8]
const KEY = { data: 0, valid: DATA_BYTES }
const CURSOR = { data: DATA_BYTES + VALID_BYTES, valid: 2 * DATA_BYTES + VALID_BYTES }

/** Keys and cursors as a source has laid them out, which are looked at row by row. */
export class KeyBlock {
  readonly layout: StagedColumnSink['layout']
  readonly memory: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #bytes: Uint8Array
  #nulls: ArrayLike<number> = [0, 0]
  #rows = 0
  #row = 0

  constructor(heapBytes: number) {
    this.layout = { rows: BLOCK_ROWS, columns: [KEY, CURSOR], heap: 2 * (DATA_BYTES + VALID_BYTES), heapBytes }
    this.memory = new SharedArrayBuffer(this.layout.heap + heapBytes)
    this.#words = new Int32Array(this.memory)
    this.#bytes = new Uint8Array(this.memory)
  }

  /** Says what the source has filled in: so many rows, and how many of them have no key, and no cursor. */
  filled(rows: number, nulls: ArrayLike<number>): void {
    this.#rows = rows
    this.#row = 0
    this.#nulls = Array.from(nulls)
  }

  get isUsed(): boolean {
    return this.#row >= this.#rows
  }

  next(): void {
    this.#row++
  }

  get hasKey(): boolean {
    return this.#has(0, KEY.valid)
  }

  get keyLow(): number {
    return this.#words[(KEY.data >> 2) + this.#row * 2]! >>> 0
  }

  get keyHigh(): number {
    return this.#words[(KEY.data >> 2) + this.#row * 2 + 1]!
  }

  get cursorLow(): number {
    return this.#has(1, CURSOR.valid) ? this.#words[(CURSOR.data >> 2) + this.#row * 2]! >>> 0 : NO_CURSOR.low
  }

  get cursorHigh(): number {
    return this.#has(1, CURSOR.valid) ? this.#words[(CURSOR.data >> 2) + this.#row * 2 + 1]! : NO_CURSOR.high
  }

  #has(column: 0 | 1, valid: number): boolean {
    return this.#nulls[column] === 0 || ((this.#bytes[valid + (this.#row >> 3)]! >> (this.#row & 7)) & 1) === 1
  }
}
