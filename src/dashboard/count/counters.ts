import { Worker } from 'node:worker_threads'
import { impossible } from '../../errors.ts'
import type { Cube } from './cube.ts'
import { STATES } from '../memory/keyed.ts'
import type { Calendar, Columns } from '../memory/memory.ts'
import type { Scan, ScanResult } from './scan.ts'
import { partsOf } from '../memory/segments.ts'

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

/** `threads` is how many count at a time. One that fails is replaced; what it was counting fails. */
export function startCounters(threads: number): Counters {
  const held = new Map<number, Columns>()
  const all = Array.from({ length: threads }, () => new CountingThread(held))
  const idlest = (): CountingThread => all.reduce((best, one) => (one.load < best.load ? one : best))
  let ids = 0
  return {
    hold(columns) {
      const id = ++ids
      held.set(id, columns)
      for (const thread of all) thread.tell({ type: 'hold', id, columns })
      return id
    },
    forget(id) {
      held.delete(id)
      for (const thread of all) thread.tell({ type: 'forget', id })
    },
    async scan(id, columns, scans) {
      if (scans.length === 0) return []
      if (rowsOf(scans) < WORTH_SHARING) return idlest().ask<ScanResult[]>({ type: 'scan', id, scans })
      const results = await Promise.all(
        all.map((thread, at) => {
          const share = scans.map((one) => ({ ...one, segments: partsOf(one.segments, all.length)[at] ?? [] }))
          return thread.ask<ScanResult[]>({ type: 'scan', id, scans: share })
        }),
      )
      return results.reduce((sum, share) => sum.map((one, i) => added(one, share[i]!)))
    },
    cube: (id, { months, monthOf }, first, second) =>
      idlest().ask<Cube>({ type: 'cube', id, calendar: { months, monthOf }, first, second }),
    async close() {
      await Promise.all(all.map((thread) => thread.close()))
    },
  }
}

type Question<T> = T extends { job: number } ? Omit<T, 'job'> : never

/** A thread with the questions that it has not answered yet. */
class CountingThread {
  readonly #held: ReadonlyMap<number, Columns>
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  #worker: Worker
  #jobs = 0
  #isClosed = false

  constructor(held: ReadonlyMap<number, Columns>) {
    this.#held = held
    this.#worker = this.#start()
  }

  get load(): number {
    return this.#waiting.size
  }

  tell(order: Exclude<CountingOrder, { job: number }>): void {
    this.#worker.postMessage(order)
  }

  ask<T>(order: Question<CountingOrder>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const job = ++this.#jobs
      this.#waiting.set(job, { resolve: resolve as (result: unknown) => void, reject })
      this.#worker.postMessage({ ...order, job })
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.#worker.terminate()
  }

  #start(): Worker {
    const worker = new Worker(new URL('./counting-thread.ts', import.meta.url))
    worker.unref()
    let reason = 'it ended'
    worker.on('message', (answer: CountingAnswer) => {
      const asked = this.#waiting.get(answer.job)
      this.#waiting.delete(answer.job)
      if ('error' in answer) asked?.reject(impossible(`a count that fails: ${answer.error}`))
      else asked?.resolve(answer.result)
    })
    worker.on('error', (error) => (reason = String(error)))
    worker.on('exit', () => this.#ended(reason))
    return worker
  }

  #ended(reason: string): void {
    for (const { reject } of this.#waiting.values()) reject(impossible(`a counting thread that ends: ${reason}`))
    this.#waiting.clear()
    if (this.#isClosed) return
    this.#worker = this.#start()
    for (const [id, columns] of this.#held) this.tell({ type: 'hold', id, columns })
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
