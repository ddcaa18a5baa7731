import { interrupted } from '../../errors.ts'

/**
 * Which blocks of a shared memory hold rows: filled in turn by one thread, emptied in the same turn by another. Counters
 * only ever grow (modulo 2^32); `SIGNAL` grows with everything that the emptying thread waits for.
 */
export class BlockQueue {
  readonly control: SharedArrayBuffer
  readonly #blocks: number
  readonly #cells: Int32Array<SharedArrayBuffer>

  constructor(blocks: number, control = new SharedArrayBuffer(CELLS * Int32Array.BYTES_PER_ELEMENT)) {
    this.control = control
    this.#blocks = blocks
    this.#cells = new Int32Array(control)
  }

  /** The block to fill next, or a promise that resolves when there may be one: ask again then. */
  toFill(): number | Promise<unknown> {
    const emptied = Atomics.load(this.#cells, EMPTIED)
    const filled = Atomics.load(this.#cells, FILLED)
    if (((filled - emptied) | 0) < this.#blocks) return (filled >>> 0) % this.#blocks
    return Promise.resolve(Atomics.waitAsync(this.#cells, EMPTIED, emptied).value)
  }

  filled(): void {
    Atomics.add(this.#cells, FILLED, 1)
    this.#signal()
  }

  /** No more blocks come; without `whole`, what is there counts for nothing either. */
  close(whole: boolean): void {
    Atomics.store(this.#cells, STATE, whole ? WHOLE : ABANDONED)
    this.#signal()
  }

  /** Blocks its thread until there is a block to empty; undefined where none comes any more. Throws if it was abandoned. */
  toEmpty(): number | undefined {
    for (;;) {
      const signal = Atomics.load(this.#cells, SIGNAL)
      const state = Atomics.load(this.#cells, STATE)
      if (state === ABANDONED) throw interrupted()
      const emptied = Atomics.load(this.#cells, EMPTIED)
      if (emptied !== Atomics.load(this.#cells, FILLED)) return (emptied >>> 0) % this.#blocks
      if (state === WHOLE) return undefined
      Atomics.wait(this.#cells, SIGNAL, signal)
    }
  }

  emptied(): void {
    Atomics.add(this.#cells, EMPTIED, 1)
    Atomics.notify(this.#cells, EMPTIED)
  }

  #signal(): void {
    Atomics.add(this.#cells, SIGNAL, 1)
    Atomics.notify(this.#cells, SIGNAL)
  }
}

const FILLED = 0
const EMPTIED = 1
const STATE = 2
const SIGNAL = 3
const CELLS = 4
const WHOLE = 1
const ABANDONED = 2
