import { impossible } from '../errors.ts'
import type { StagedColumnSink } from '../source/source.ts'
import { KeyBlock } from './key-block.ts'
import type { KeyWriter } from './key-writer.ts'
import type { KnownKeys } from './known-keys.ts'

/**
 * Takes keys and cursors of a source in ascending order of the keys, and merges them with the lake's: what both have alike is
 * dropped, all else goes on to `swept` and `known`. Repeated keys are no matter, since at most one of them is dropped.
 */
export class UnequalSink implements StagedColumnSink {
  readonly #keys: KnownKeys
  readonly #swept: KeyWriter
  readonly #known: KeyWriter
  readonly #block: KeyBlock
  #lastLow = 0
  #lastHigh = -(2 ** 31)
  #rows = 0
  /** Rows that the lake has with the same cursor. */
  equal = 0

  constructor(keys: KnownKeys, to: { swept: KeyWriter; known: KeyWriter }, heapBytes: number) {
    this.#keys = keys
    this.#swept = to.swept
    this.#known = to.known
    this.#block = new KeyBlock(heapBytes)
  }

  get layout(): StagedColumnSink['layout'] {
    return this.#block.layout
  }

  take(): ReturnType<StagedColumnSink['take']> {
    const { memory } = this.#block
    const empty = { memory, begin: 0 }
    return this.#block.isUsed ? empty : this.#use().then(() => empty)
  }

  put(rows: number, _heapBytes: number, nulls: ArrayLike<number>): void {
    this.#rows += rows
    this.#block.filled(rows, nulls)
  }

  async finish(): Promise<{ files: string[]; rows: number }> {
    await this.#use()
    // What the lake has beyond the last key of the source.
    while (await this.#keys.read()) {
      if (this.#known.isFull) await this.#known.open()
      this.#passKnown()
    }
    const { files } = await this.#swept.finish()
    return { files, rows: this.#rows }
  }

  async abandon(): Promise<void> {
    await Promise.all([this.#swept.abandon(), this.#known.abandon(), this.#keys.close()])
  }

  async #use(): Promise<void> {
    while (!this.#block.isUsed) {
      if (this.#swept.isFull) await this.#swept.open()
      if (this.#known.isFull) await this.#known.open()
      await this.#keys.read()
      this.#merge()
    }
  }

  /** Merges until the block is used up, or something has to be waited for. */
  #merge(): void {
    const [block, keys] = [this.#block, this.#keys]
    while (!block.isUsed && !keys.isBehind && !this.#swept.isFull && !this.#known.isFull) {
      const { hasKey, keyLow: low, keyHigh: high, cursorLow, cursorHigh } = block
      if (!hasKey) {
        this.#swept.add(0, 0, cursorLow, cursorHigh, false)
        block.next()
        continue
      }
      if (high < this.#lastHigh || (high === this.#lastHigh && low < this.#lastLow)) {
        throw impossible('a sweep whose keys are in no order')
      }
      const order = keys.compare(low, high)
      if (order > 0) {
        this.#passKnown()
        continue
      }
      if (order === 0 && cursorLow === keys.cursorLow && cursorHigh === keys.cursorHigh) {
        this.equal++
        keys.skip()
      } else {
        if (order === 0) this.#passKnown()
        this.#swept.add(low, high, cursorLow, cursorHigh)
      }
      this.#lastLow = low
      this.#lastHigh = high
      block.next()
    }
  }

  #passKnown(): void {
    const { keyLow, keyHigh, cursorLow, cursorHigh } = this.#keys
    this.#known.add(keyLow, keyHigh, cursorLow, cursorHigh)
    this.#keys.skip()
  }
}
