/** A cursor without value among halves of 64-bit numbers: the least of them, which is no time. */
export const NO_CURSOR = { low: 0, high: -(2 ** 31) } as const

/** Runs a statement whose columns are all UINTEGER without NULL; what it gives is valid until more is asked for. */
export type Numbers = (sql: string) => AsyncIterable<readonly Uint32Array[]>

/** Rows as halves of their key and cursor: the high ones have the sign. */
interface Halves {
  keyLow: Uint32Array
  keyHigh: Int32Array
  cursorLow: Uint32Array
  cursorHigh: Int32Array
}

/** The lake's keys in ascending order, one after the other; some thousands are read at once, the next ones meanwhile. */
export class KnownKeys {
  readonly #chunks: AsyncIterator<readonly Uint32Array[]>
  #ahead: Promise<Halves | undefined>
  #rows: Halves | undefined
  #at = 0
  #hasMore = true

  /** `current` selects `key` (BIGINT, never NULL) and `cursor` (BIGINT or TIMESTAMP). */
  constructor(numbers: Numbers, current: string, cursorType: 'BIGINT' | 'TIMESTAMP') {
    const cursor = `coalesce(${cursorType === 'TIMESTAMP' ? 'epoch_us(cursor)' : 'cursor'}, (-9223372036854775807 - 1)::BIGINT)`
    const halves = (number: string): string =>
      `(${number} & 4294967295)::UINTEGER, ((${number} >> 32) & 4294967295)::UINTEGER`
    const sql = `SELECT ${halves('key')}, ${halves(cursor)} FROM (${current}) ORDER BY key`
    this.#chunks = numbers(sql)[Symbol.asyncIterator]()
    this.#ahead = this.#readAhead()
  }

  /** Whether there may be a row that has to be waited for. */
  get isBehind(): boolean {
    return this.#hasMore && this.#at >= (this.#rows?.keyLow.length ?? 0)
  }

  /** Makes sure that there is a row; false after the last. */
  async read(): Promise<boolean> {
    while (this.isBehind) {
      this.#rows = await this.#ahead
      this.#at = 0
      this.#hasMore = this.#rows !== undefined
      if (this.#hasMore) this.#ahead = this.#readAhead()
    }
    return this.#rows !== undefined
  }

  skip(): void {
    this.#at++
  }

  get keyLow(): number {
    return this.#rows!.keyLow[this.#at]!
  }

  get keyHigh(): number {
    return this.#rows!.keyHigh[this.#at]!
  }

  get cursorLow(): number {
    return this.#rows!.cursorLow[this.#at]!
  }

  get cursorHigh(): number {
    return this.#rows!.cursorHigh[this.#at]!
  }

  /** Less than 0 if a key comes before the row's, or there is no row any more; more if it comes after it. */
  compare(low: number, high: number): number {
    if (this.#rows === undefined) return -1
    return high - this.keyHigh || low - this.keyLow
  }

  async close(): Promise<void> {
    await this.#ahead.catch(() => {})
    await this.#chunks.return?.()
  }

  #readAhead(): Promise<Halves | undefined> {
    const read = this.#chunks.next().then(({ done, value }) => {
      if (done) return undefined
      const [keyLow, keyHigh, cursorLow, cursorHigh] = (value as Uint32Array[]).map((numbers) => numbers.slice())
      return {
        keyLow: keyLow!,
        keyHigh: new Int32Array(keyHigh!.buffer),
        cursorLow: cursorLow!,
        cursorHigh: new Int32Array(cursorHigh!.buffer),
      }
    })
    // Whoever asks for these rows hears of it.
    read.catch(() => {})
    return read
  }
}
