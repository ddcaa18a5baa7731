import { HEADER_BYTES, malformed, PACKET_BYTES } from './wire.ts'

/** A row that is longer than a block, put together out of its packets. */
export class LongRow {
  /** The number of the packet that comes next. */
  sequence: number
  readonly #parts: Buffer[] = []
  #header: Buffer = Buffer.alloc(0)
  /** Bytes that the packet at hand still has; undefined while its header is awaited. */
  #left: number | undefined
  #isLast = false

  constructor(sequence: number) {
    this.sequence = sequence
  }

  /** Takes what is the row's, and returns where that ends. */
  take(chunk: Buffer, from: number): number {
    while (from < chunk.length && !this.#isWhole()) {
      if (this.#left === undefined) {
        const some = chunk.subarray(from, from + HEADER_BYTES - this.#header.length)
        this.#header = Buffer.concat([this.#header, some])
        from += some.length
        if (this.#header.length === HEADER_BYTES) this.#beginPacket()
      } else {
        const some = chunk.subarray(from, from + this.#left)
        // What comes is the stream's memory, which it may use again.
        this.#parts.push(Buffer.from(some))
        this.#left -= some.length
        from += some.length
      }
      if (this.#left === 0 && !this.#isLast) this.#left = undefined
    }
    return from
  }

  /** The row once it is whole. */
  row(): Buffer | undefined {
    return this.#isWhole() ? Buffer.concat(this.#parts) : undefined
  }

  #isWhole(): boolean {
    return this.#isLast && this.#left === 0
  }

  #beginPacket(): void {
    const length = this.#header.readUIntLE(0, 3)
    if (this.#header[3] !== this.sequence) throw malformed('packets out of their order')
    this.sequence = (this.sequence + 1) & 0xff
    this.#header = Buffer.alloc(0)
    this.#left = length
    this.#isLast = length < PACKET_BYTES
  }
}
