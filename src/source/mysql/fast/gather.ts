import { type BlockPlaces, ColumnLayer } from './lay-columns.ts'
import { LongRow } from './long-row.ts'
import type { PlannedColumn } from './plan.ts'
import { END_PACKET, END_PACKET_LIMIT, ERROR_PACKET, HEADER_BYTES, malformed, ServerError } from './wire.ts'

/** What takes blocks: a column sink of the engine port. */
export interface BlockSink {
  readonly layout: BlockPlaces
  take(): TakenBlock | Promise<TakenBlock>
  put(rows: number, heapBytes: number, nulls: ArrayLike<number>): void
}

interface TakenBlock {
  memory: SharedArrayBuffer
  begin: number
}

/** Bytes of a block's heap that stay empty, so that a word may be read wherever a text may end. */
const MARGIN_BYTES = 64

/**
 * Gathers the packets of a result in the heaps of blocks, as they come from the server, and lays their columns out once a
 * block is full. Texts stay where they are: what the server sent is the heap. Rows that cannot be laid out, for a value
 * that its column cannot take or for their length, are handed on one by one.
 */
export class RowGatherer {
  readonly #columns: readonly PlannedColumn[]
  readonly #sink: BlockSink
  readonly #takeOdd: (row: Buffer) => Promise<void> | undefined
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  /** How many bytes of packets a heap takes. */
  readonly #roomBytes: number
  #bytes: Uint8Array<SharedArrayBuffer> = new Uint8Array(new SharedArrayBuffer(0))
  #layer: ColumnLayer | undefined
  /** Where the open block and its heap begin in the shared memory; negative while there is none. */
  #begin = -1
  #heap = 0
  /** Bytes of the heap: up to where they are filled, and up to where whole packets were found. */
  #filled = 0
  #scanned = 0
  /** Whether nobody has looked yet for packets in what the block before has left over. */
  #unseen = false
  #rows = 0
  #sequence: number
  #longRow: LongRow | undefined
  /** Rows that came, in blocks and one by one. */
  rows = 0

  /** `sequence` is the number of the packet that comes first. */
  constructor(
    columns: readonly PlannedColumn[],
    sink: BlockSink,
    options: { takeOdd(row: Buffer): Promise<void> | undefined; sequence: number; roomBytes: number },
  ) {
    this.#columns = columns
    this.#sink = sink
    this.#takeOdd = options.takeOdd
    this.#sequence = options.sequence
    this.#roomBytes = Math.min(options.roomBytes, sink.layout.heapBytes - MARGIN_BYTES)
    this.#starts = new Int32Array(sink.layout.rows)
    this.#ends = new Int32Array(sink.layout.rows)
  }

  /** Takes bytes as they come; true once the result has ended. A promise where it has to wait: nothing may come meanwhile. */
  take(chunk: Buffer, from = 0): boolean | Promise<boolean> {
    while (from < chunk.length || this.#isLeft()) {
      if (this.#longRow) {
        from = this.#longRow.take(chunk, from)
        const row = this.#longRow.row()
        if (!row) continue
        this.#sequence = this.#longRow.sequence
        this.#longRow = undefined
        this.rows++
        const busy = this.#takeOdd(row)
        if (busy) return busy.then(() => this.take(chunk, from))
        continue
      }
      if (this.#begin < 0) {
        const block = this.#sink.take()
        if (block instanceof Promise) {
          return block.then((taken) => {
            this.#open(taken)
            return this.take(chunk, from)
          })
        }
        this.#open(block)
      }
      const length = Math.min(chunk.length - from, this.#roomBytes - this.#filled)
      this.#bytes.set(chunk.subarray(from, from + length), this.#heap + this.#filled)
      this.#filled += length
      from += length
      const ended = this.#scan()
      if (!ended && this.#rows < this.#starts.length && this.#filled < this.#roomBytes) continue
      const busy = this.#close()
      if (ended) return busy ? busy.then(() => true) : true
      if (busy) return busy.then(() => this.take(chunk, from))
    }
    return false
  }

  /** Whether the block that was full did not take all packets that are here already: no more bytes may come after them. */
  #isLeft(): boolean {
    return this.#begin < 0 ? this.#filled > this.#scanned : this.#unseen
  }

  #open({ memory, begin }: TakenBlock): void {
    if (this.#bytes.buffer !== memory) this.#bytes = new Uint8Array(memory)
    this.#layer ??= new ColumnLayer(this.#columns, this.#sink.layout, memory)
    const before = this.#heap + this.#scanned
    const left = this.#filled - this.#scanned
    this.#begin = begin
    this.#heap = begin + this.#sink.layout.heap
    // The begin of a packet that did not fit any more stands in the block before, which only this side fills again.
    this.#bytes.copyWithin(this.#heap, before, before + left)
    this.#filled = left
    this.#scanned = 0
    this.#unseen = left > 0
    this.#rows = 0
  }

  /** Finds the packets that are whole. True where one of them is the result's end. */
  #scan(): boolean {
    const [bytes, starts, ends] = [this.#bytes, this.#starts, this.#ends]
    const end = this.#heap + this.#filled
    let at = this.#heap + this.#scanned
    let rows = this.#rows
    let ended = false
    while (rows < starts.length && end - at >= HEADER_BYTES) {
      const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16)
      const next = at + HEADER_BYTES + length
      if (next > end) break
      const sequence = bytes[at + 3]!
      if (sequence !== this.#sequence) throw malformed('packets out of their order')
      this.#sequence = (sequence + 1) & 0xff
      const first = bytes[at + HEADER_BYTES]
      if (first !== 0) {
        ended = isEnd(bytes, at + HEADER_BYTES, length)
        at = next
        break
      }
      starts[rows] = at + HEADER_BYTES + 1
      ends[rows] = next
      rows++
      at = next
    }
    this.#rows = rows
    this.#scanned = at - this.#heap
    this.#unseen = false
    return ended
  }

  /** Lays the block out and hands it over, or begins a row that is longer than a block. */
  #close(): Promise<void> | undefined {
    if (this.#rows > 0) return this.#handOver()
    if (this.#scanned > 0 || this.#filled < this.#roomBytes) return undefined
    this.#longRow = new LongRow(this.#sequence)
    this.#longRow.take(Buffer.from(this.#bytes.slice(this.#heap, this.#heap + this.#filled)), 0)
    this.#filled = 0
    return undefined
  }

  #handOver(): Promise<void> | undefined {
    const [starts, ends] = [this.#starts, this.#ends]
    const layer = this.#layer!
    let rows = this.#rows
    this.rows += rows
    let laid = layer.lay({ starts, ends, rows }, this.#begin, this.#filled)
    const odd: Buffer[] = []
    if (laid.odd > 0) {
      let kept = 0
      for (let row = 0; row < rows; row++) {
        const [start, end] = [starts[row]!, ends[row]!]
        if (laid.isOdd[row] === 1) {
          odd.push(Buffer.from(this.#bytes.slice(start - 1, end)))
        } else {
          starts[kept] = start
          ends[kept++] = end
        }
      }
      rows = kept
      laid = layer.lay({ starts, ends, rows }, this.#begin, this.#filled)
    }
    this.#rows = 0
    if (rows > 0) {
      this.#sink.put(rows, laid.free, laid.nulls)
      this.#begin = -1
    } else {
      this.#open({ memory: this.#bytes.buffer, begin: this.#begin })
    }
    return odd.length > 0 ? this.#handOn(odd) : undefined
  }

  async #handOn(rows: readonly Buffer[]): Promise<void> {
    for (const row of rows) await this.#takeOdd(row)
  }
}

/** False never: a packet that is no row is the end, an error or nothing that may come here. */
function isEnd(bytes: Uint8Array, at: number, length: number): true {
  const first = bytes[at]
  if (first === ERROR_PACKET) throw new ServerError(Buffer.from(bytes.slice(at, at + length)))
  if (first === END_PACKET && length < END_PACKET_LIMIT) return true
  throw malformed('something that is no row')
}
