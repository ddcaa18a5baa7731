import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { impossible } from '../../errors.ts'
import type { ColumnBlock, ColumnSink } from '../engine.ts'
import { blockLayout, HEADER_HEAP_BYTES, HEADER_NULLS, HEADER_ROWS } from './block-layout.ts'
import { BlockQueue } from './block-queue.ts'
import type { DuckDbOptions } from './instance.ts'

/** So many that rows keep coming while the engine compresses a row group, which are 60 blocks. */
const BLOCKS = 64
const HEAP_BYTES = 1 << 20

/** What the thread that writes needs to know. */
export interface SinkJob {
  path: string
  columns: readonly { name: string; type: string }[]
  layout: ReturnType<typeof blockLayout>
  memory: SharedArrayBuffer
  blocks: number
  control: SharedArrayBuffer
  engine: DuckDbOptions
}

export type SinkReport = { rows: number } | { failure: { message: string; code?: string } }

/** Starts a thread with an engine of its own, bounded by `engine`, that writes blocks as they are put. */
export function createColumnSink(
  folder: string,
  name: string,
  columns: readonly { name: string; type: string }[],
  engine: DuckDbOptions,
  heapBytes = HEAP_BYTES,
): ColumnSink {
  const layout = blockLayout(
    columns.map((column) => column.type),
    heapBytes,
  )
  const queue = new BlockQueue(BLOCKS)
  const memory = new SharedArrayBuffer(BLOCKS * layout.sizeBytes)
  const path = join(folder, `${name}.parquet`)
  const { control } = queue
  const written = perform({ path, columns, layout, memory, blocks: BLOCKS, control, engine })
  const headers = new Int32Array(memory)
  let begin = 0
  let rowsPut = 0

  const take = (): ColumnBlock | Promise<ColumnBlock> => {
    const block = queue.toFill()
    if (typeof block !== 'number') return Promise.race([block, written]).then(take)
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
    },
    async finish() {
      queue.close(true)
      const rows = await written
      if (rows !== rowsPut) throw impossible(`${rowsPut} rows were given to the engine, ${rows} are in its file`)
      return { files: [path], rows }
    },
    async abandon() {
      queue.close(false)
      await written.catch(() => {})
    },
  }
}

/** Resolves to the rows of the file once the thread has ended, for better or worse. */
function perform(job: SinkJob): Promise<number> {
  const written = new Promise<number>((resolve, reject) => {
    const worker = new Worker(new URL('./column-sink-thread.ts', import.meta.url), { workerData: job })
    let report: SinkReport = { failure: { message: 'The thread that writes columns ended before its file was whole.' } }
    worker.on('message', (message: SinkReport) => (report = message))
    worker.on('error', (error: Error) => (report = { failure: { message: error.message } }))
    worker.on('exit', () => {
      if ('rows' in report) return resolve(report.rows)
      const { message, code } = report.failure
      reject(Object.assign(new Error(message), code === undefined ? {} : { code }))
    })
  })
  // Whoever takes, finishes or abandons hears of it.
  written.catch(() => {})
  return written
}
