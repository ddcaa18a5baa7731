import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type BlockSink, RowGatherer } from '../../../../src/source/mysql/fast/gather.ts'

const ROWS = 4
const HEAP = 1024
const SIZE_BYTES = 4096
const PLACES = { rows: ROWS, columns: [{ data: 0, valid: 128 }], heap: HEAP, heapBytes: 2048 }

/** Packets of a result with one 64-bit column, and the one that ends it. */
function packetsOf(values: readonly bigint[]): Buffer {
  const packets = values.map((value, i) => {
    const row = Buffer.alloc(4 + 2 + 8)
    row.writeUIntLE(10, 0, 3)
    row[3] = i & 0xff
    row.writeBigInt64LE(value, 6)
    return row
  })
  return Buffer.concat([...packets, Buffer.from([5, 0, 0, values.length & 0xff, 0xfe, 0, 0, 0, 0])])
}

/** A sink with one block that says after each how long the next is waited for, and the values that it was given. */
function slowSink(isSlow: () => boolean): BlockSink & { values: bigint[] } {
  const memory = new SharedArrayBuffer(2 * SIZE_BYTES)
  let begin = 0
  const values: bigint[] = []
  return {
    layout: PLACES,
    values,
    take() {
      begin = begin === 0 ? SIZE_BYTES : 0
      const block = { memory, begin }
      return isSlow() ? Promise.resolve(block) : block
    },
    put(rows) {
      values.push(...new BigInt64Array(memory, begin, rows))
    },
  }
}

const COLUMN = { kind: 'int64', unsigned: false } as const

async function gather(chunks: readonly Buffer[], sink: BlockSink): Promise<boolean> {
  const takeOdd = (): undefined => undefined
  const gatherer = new RowGatherer([COLUMN], sink, { takeOdd, sequence: 0, roomBytes: 1024 })
  let ended = false
  for (const chunk of chunks) ended = await gatherer.take(chunk)
  return ended
}

describe('The gatherer of rows', () => {
  it('finds the end of a result that had come before the engine was ready for it', async () => {
    const sink = slowSink(() => true)
    assert.equal(await gather([packetsOf([1n, 2n, 3n, 4n, 5n])], sink), true)
    assert.deepEqual(sink.values, [1n, 2n, 3n, 4n, 5n])
  })

  it('gives every row once and finds the end, however bytes come and blocks are waited for', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 40 }),
        fc.array(fc.nat(600), { maxLength: 8 }),
        fc.infiniteStream(fc.boolean()),
        async (values, cuts, slow) => {
          const bytes = packetsOf(values)
          const at = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length]
          const chunks = at.slice(1).map((to, i) => bytes.subarray(at[i], to))
          const sink = slowSink(() => slow.next().value)
          assert.equal(await gather(chunks, sink), true)
          assert.deepEqual(sink.values, values)
        },
      ),
    )
  })
})
