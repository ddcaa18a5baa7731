import type { StagedColumnSink } from '../source/source.ts'
import { NO_CURSOR } from './known-keys.ts'

/** Takes keys and cursors one by one into a sink of two columns. */
export class KeyWriter {
  readonly #sink: StagedColumnSink
  readonly #nulls = new Int32Array(2)
  #words = new Int32Array(new SharedArrayBuffer(0))
  #bytes = new Uint8Array(new SharedArrayBuffer(0))
  #key = 0
  #cursor = 0
  #valid: readonly number[] = []
  #rows = 0
  #isOpen = false

  constructor(sink: StagedColumnSink) {
    this.#sink = sink
  }

  /** Whether no row may be added before `open` has been waited for. */
  get isFull(): boolean {
    return !this.#isOpen
  }

  async open(): Promise<void> {
    const { memory, begin } = await this.#sink.take()
    const [key, cursor] = this.#sink.layout.columns
    if (this.#words.buffer !== memory) {
      this.#words = new Int32Array(memory)
      this.#bytes = new Uint8Array(memory)
    }
    this.#key = (begin + key!.data) >> 2
    this.#cursor = (begin + cursor!.data) >> 2
    this.#valid = [begin + key!.valid, begin + cursor!.valid]
    for (const at of this.#valid) this.#bytes.fill(0xff, at, at + this.#sink.layout.rows / 8)
    this.#nulls.fill(0)
    this.#rows = 0
    this.#isOpen = true
  }

  add(keyLow: number, keyHigh: number, cursorLow: number, cursorHigh: number, hasKey = true): void {
    const at = this.#rows++ << 1
    this.#words[this.#key + at] = keyLow
    this.#words[this.#key + at + 1] = keyHigh
    this.#words[this.#cursor + at] = cursorLow
    this.#words[this.#cursor + at + 1] = cursorHigh
    if (!hasKey) this.#mark(0)
    if (cursorHigh === NO_CURSOR.high && cursorLow === NO_CURSOR.low) this.#mark(1)
    if (this.#rows === this.#sink.layout.rows) this.#put()
  }

  finish(): Promise<{ files: string[]; rows: number }> {
    if (this.#rows > 0) this.#put()
    return this.#sink.finish()
  }

  abandon(): Promise<void> {
    return this.#sink.abandon()
  }

  #put(): void {
    this.#sink.put(this.#rows, 0, this.#nulls)
    this.#rows = 0
    this.#isOpen = false
  }

  /** Notes that the row added last has no value in a column. */
  #mark(column: 0 | 1): void {
    const row = this.#rows - 1
    this.#bytes[this.#valid[column]! + (row >> 3)]! &= ~(1 << (row & 7))
    this.#nulls[column]! += 1
  }
}
