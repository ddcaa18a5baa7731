import { parentPort } from 'node:worker_threads'
import type { CountingAnswer, CountingOrder } from './counters.ts'
import { buildCube } from './cube.ts'
import type { Columns } from '../memory/memory.ts'
import { scan } from './scan.ts'

/** A thread that counts what it is asked, one order after the other. */

const held = new Map<number, Columns>()

function answerTo(order: Extract<CountingOrder, { job: number }>): CountingAnswer {
  const { job } = order
  try {
    const columns = held.get(order.id)
    if (!columns) return { job, error: `memory ${order.id} is not held` }
    if (order.type === 'cube') return { job, result: buildCube(columns, order.calendar, order.first, order.second) }
    return { job, result: order.scans.map((one) => scan(columns, one)) }
  } catch (error) {
    return { job, error: (error as Error).message }
  }
}

parentPort?.on('message', (order: CountingOrder) => {
  if (order.type === 'hold') held.set(order.id, order.columns)
  else if (order.type === 'forget') held.delete(order.id)
  else parentPort?.postMessage(answerTo(order))
})
