import { parentPort, workerData } from 'node:worker_threads'
import type { SinkReport } from './column-sink.ts'
import { type BlocksJob, writeBlocks } from './write-blocks.ts'

/** The thread that a column sink writes on: it may wait for blocks, which the thread of everybody else must not. */
async function write(): Promise<SinkReport> {
  try {
    return { written: await writeBlocks(workerData as BlocksJob) }
  } catch (error) {
    const { message, code } = error as { message: string; code?: string }
    return { failure: { message, code } }
  }
}

parentPort!.postMessage(await write())
