import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { impossible } from '../../errors.ts'
import type { ColumnBlock, ColumnSink, SinkShape, WrittenFile } from '../engine.ts'
import { blockLayout, HEADER_HEAP_BYTES, HEADER_NULLS, HEADER_ROWS } from './block-layout.ts'
import { BlockQueue } from './block-queue.ts'
import type { DuckDbOptions } from './instance.ts'
import { type BlocksJob, writeBlocks } from './write-blocks.ts'

/** So many that rows keep coming while the engine compresses a row group, which are 60 blocks; fewer where they are large. */
const BLOCKS = { least: 2, most: 64, sizeBytes: 128 << 20 }
/** A thread costs 0.2 s to start, so that what fits in fewer blocks, or in this much memory, does without. */
const WITHOUT_THREAD = { blocks: 4, sizeBytes: 4 << 20 }
const HEAP_BYTES = 1 << 20

export type SinkReport = { written: WrittenFile } | { failure: { message: string; code?: string } }

/** A sink that writes blocks as they are put, by an engine of its own that is bounded by `engine`. */
export function createColumnSink(
  folder: string,
  name: string,
  columns: readonly { name: string; type: string }[],
  engine: DuckDbOptions,
  { heapBytes = HEAP_BYTES, shape }: { heapBytes?: number; shape?: SinkShape } = {},
): ColumnSink {
  const layout = blockLayout(
    columns.map((column) => column.type),
    heapBytes,
  )
  const blocks = Math.min(BLOCKS.most, Math.max(BLOCKS.least, Math.floor(BLOCKS.sizeBytes / layout.sizeBytes)))
  const unthreaded = Math.min(
    blocks,
    Math.max(WITHOUT_THREAD.blocks, Math.floor(WITHOUT_THREAD.sizeBytes / layout.sizeBytes)),
  )
  const queue = new BlockQueue(blocks)
  const memory = new SharedArrayBuffer(blocks * layout.sizeBytes)
  const path = join(folder, `${name}.parquet`)
  const job: BlocksJob = { path, columns, layout, memory, blocks, control: queue.control, engine, shape }
  const headers = new Int32Array(memory)
  let writing: Promise<WrittenFile> | undefined
  let begin = 0
  let blocksPut = 0
  let rowsPut = 0

  const take = (): ColumnBlock | Promise<ColumnBlock> => {
    const block = queue.toFill()
    if (typeof block !== 'number') return Promise.race([block, writing]).then(take)
    begin = block * layout.sizeBytes
    return { memory, begin }
  }
  return {
    layout,
    take,
    put(rows, heapUsedBytes, nulls) {
      if (rows > layout.rows || heapUsedBytes > heapBytes) throw impossible('a block holds more than fits')
      const header = begin / Int32Array.BYTES_PER_ELEMENT
      headers[header + HEADER_ROWS] = rows
      headers[header + HEADER_HEAP_BYTES] = heapUsedBytes
      headers.set(nulls, header + HEADER_NULLS)
      rowsPut += rows
      queue.filled()
      if (++blocksPut === unthreaded) writing = onThread(job)
    },
    async finish() {
      queue.close(true)
      const written = await (writing ?? writeBlocks(job))
      const { rows } = written
      if (rows !== rowsPut) throw impossible(`${rowsPut} rows were given to the engine, ${rows} are in its file`)
      return { files: [path], rows, written }
    },
    async abandon() {
      queue.close(false)
      await writing?.catch(() => {})
    },
  }
}

/** Tells of the file once the thread has ended, for better or worse. */
function onThread(job: BlocksJob): Promise<WrittenFile> {
  const written = new Promise<WrittenFile>((resolve, reject) => {
    const worker = new Worker(new URL('./column-sink-thread.ts', import.meta.url), { workerData: job })
    let report: SinkReport = { failure: { message: 'The thread that writes columns ended before its file was whole.' } }
    worker.on('message', (message: SinkReport) => (report = message))
    worker.on('error', (error: Error) => (report = { failure: { message: error.message } }))
    worker.on('exit', () => {
      if ('written' in report) return resolve(report.written)
      const { message, code } = report.failure
      reject(Object.assign(new Error(message), code === undefined ? {} : { code }))
    })
  })
  // Whoever takes, finishes or abandons hears of it.
  written.catch(() => {})
  return written
}
