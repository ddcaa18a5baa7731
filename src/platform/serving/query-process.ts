import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDuckDb } from '../../engine/duckdb/engine.ts'
import { answerQuery, type Channel, failureOf } from '../../query/sandbox/answer-query.ts'
import { beyondMemory } from '../../query/sandbox/beyond-limits.ts'
import { BASE_BYTES, type FromChild, type QueryOrder, type ToChild } from '../../query/sandbox/protocol.ts'
import { errorRecord } from '../../state/error-record.ts'

/**
 * The process of one query of the console: it is started with nothing in its environment, gets one order, answers it and
 * ends. It can be killed at any moment.
 */

const WATCH_MS = 50

/** Where memory runs out all the same, Linux ends this process rather than another. */
function standFirstInLine(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Other systems have no such line.
  }
}

const tell = (message: FromChild): void => void process.send?.(message)
const asked = new Map<number, (answer: Awaited<ReturnType<Channel['ask']>>) => void>()
let wishes = 0

const channel: Channel = {
  tell,
  ask: (wish) =>
    new Promise((resolve) => {
      asked.set(++wishes, resolve)
      tell({ type: 'wish', number: wishes, wish })
    }),
  write: (text) =>
    new Promise((resolve, reject) => {
      process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
    }),
}

process.on('message', (message: ToChild) => {
  if (message.type === 'query') void answer(message)
  else asked.get(message.number)?.(message.answer)
})
// Who asked is gone: nobody would ever take the answer, and the engine does not stop for the asking.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
standFirstInLine()
tell({ type: 'ready' })

async function answer(order: QueryOrder): Promise<void> {
  const { memoryBytes, threads } = order.limits
  // The engine does not count all that it takes: one long text made by repeat() may be of any size.
  const watch = setInterval(() => {
    if (process.memoryUsage.rss() < memoryBytes + BASE_BYTES) return
    clearInterval(watch)
    const told: FromChild = { type: 'failed', error: errorRecord(beyondMemory(order.limits)) }
    process.send?.(told, undefined, undefined, () => process.kill(process.pid, 'SIGKILL'))
  }, WATCH_MS)
  try {
    await answerQuery(order, () => openDuckDb({ memoryBytes, threads, spillFolder: join(order.folder, 'spill') }), channel)
  } catch (error) {
    tell({ type: 'failed', error: errorRecord(failureOf(error, order)) })
  }
}
