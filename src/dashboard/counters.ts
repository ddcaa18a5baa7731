import { Worker } from 'node:worker_threads'
import { asBlotterError } from '../errors.ts'
import type { Cube } from './cube.ts'
import { STATES } from './keyed.ts'
import type { Calendar, Columns } from './memory.ts'
import type { Scan, ScanResult } from './scan.ts'
import { partsOf } from './segments.ts'

/** What a counting thread is asked. */
export type CountingOrder =
  | { type: 'hold'; id: number; columns: Columns }
  | { type: 'forget'; id: number }
  | { type: 'scan'; job: number; id: number; scans: readonly Scan[] }
  | { type: 'cube'; job: number; id: number; calendar: Pick<Calendar, 'months' | 'monthOf'>; first: string; second: string }

/** And what it answers. */
export type CountingAnswer = { job: number; result: readonly ScanResult[] | Cube } | { job: number; error: string }

/** Threads that count, so that whoever answers requests never waits for it. They see the same memory; nothing is copied. */
export interface Counters {
  /** Lets the threads see a memory under a new id. */
  hold(columns: Columns): number
  forget(id: number): void
  scan(id: number, columns: Columns, scans: readonly Scan[]): Promise<ScanResult[]>
  cube(id: number, calendar: Calendar, first: string, second: string): Promise<Cube>
  close(): Promise<void>
}

/** Fewer rows than this are counted by one thread: to share the work would cost more than it saves. */
const WORTH_SHARING = 60_000

/** `threads` is how many count at a time. */
export function startCounters(threads: number): Counters {
  const workers = Array.from({ length: threads }, () => new Worker(new URL('./counting-thread.ts', import.meta.url)))
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void; worker: Worker }>()
  const busy = new Map<Worker, number>(workers.map((worker) => [worker, 0]))
  let jobs = 0
  let held = 0
  for (const worker of workers) {
    worker.unref()
    worker.on('message', (answer: CountingAnswer) => {
      const asked = waiting.get(answer.job)
      waiting.delete(answer.job)
      busy.set(worker, busy.get(worker)! - 1)
      if ('error' in answer) asked?.reject(new Error(answer.error))
      else asked?.resolve(answer.result)
    })
    worker.on('error', (error) => {
      for (const [job, asked] of waiting) {
        if (asked.worker !== worker) continue
        waiting.delete(job)
        asked.reject(asBlotterError(error))
      }
    })
  }
  type Job<T> = T extends { job: number } ? Omit<T, 'job'> : never
  const ask = <T>(worker: Worker, order: Job<CountingOrder>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const job = ++jobs
      waiting.set(job, { resolve: resolve as (result: unknown) => void, reject, worker })
      busy.set(worker, busy.get(worker)! + 1)
      worker.postMessage({ ...order, job })
    })
  const idlest = (): Worker => workers.reduce((best, worker) => (busy.get(worker)! < busy.get(best)! ? worker : best))
  return {
    hold(columns) {
      const id = ++held
      for (const worker of workers) worker.postMessage({ type: 'hold', id, columns } satisfies CountingOrder)
      return id
    },
    forget(id) {
      for (const worker of workers) worker.postMessage({ type: 'forget', id } satisfies CountingOrder)
    },
    async scan(id, columns, scans) {
      if (scans.length === 0) return []
      if (rowsOf(scans) < WORTH_SHARING) return ask<ScanResult[]>(idlest(), { type: 'scan', id, scans })
      const shares = workers.map((_, at) =>
        scans.map((one) => ({ ...one, segments: partsOf(one.segments, workers.length)[at] ?? [] })),
      )
      const results = await Promise.all(
        shares.map((share, at) => ask<ScanResult[]>(workers[at]!, { type: 'scan', id, scans: share })),
      )
      return results.reduce((sum, share) => sum.map((one, i) => added(one, share[i]!)))
    },
    cube: (id, { months, monthOf }, first, second) =>
      ask<Cube>(idlest(), { type: 'cube', id, calendar: { months, monthOf }, first, second }),
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}

function rowsOf(scans: readonly Scan[]): number {
  return scans.reduce((sum, { segments }) => sum + segments.reduce((rows, { begin, end }) => rows + end - begin, 0), 0)
}

function added(a: ScanResult, b: ScanResult): ScanResult {
  const sum = (x: Uint32Array, y: Uint32Array): Uint32Array => {
    for (let i = 0; i < x.length; i++) x[i]! += y[i]!
    return x
  }
  for (let state = 0; state < STATES; state++) a.total[state]! += b.total[state]!
  return { figures: a.figures.map((one, i) => sum(one, b.figures[i]!)), total: a.total }
}
