import { monotonicSeconds } from '../clock.ts'
import { interrupted } from '../errors.ts'

/** A table of a database that takes rows; the composition root hands in one of an adapter. */
export interface LoadTarget {
  upsert(columns: Columns): Promise<LoadCounts>
}

/** Values by column, in the declared order, as `Value` of the engine port; all columns are of one length. */
export type Columns = readonly (readonly unknown[])[]

export interface LoadCounts {
  inserted: number
  updated: number
  unchanged: number
}

export interface LoadOptions {
  /** Rows in chunks of any size. */
  rows: AsyncIterable<Columns> | Iterable<Columns>
  target: LoadTarget
  signal: AbortSignal
  /** Called at most some times a second with the rows that are committed. */
  progress(rows: number): void
  /** Rows that are committed together, default 50,000: as many as are held in memory, and at most lost by an interrupt. */
  chunkRows?: number
}

const PROGRESS_SECONDS = 0.25

/**
 * Puts rows into a table, a transaction for each `chunkRows`: what is committed stays when a later chunk fails, and doing
 * it all again does no harm, since rows with a known key are updated. `read` is the sum of the other counts. Throws what
 * the rows or the target throw, and `interrupted`.
 */
export async function load(options: LoadOptions): Promise<LoadCounts & { read: number }> {
  const { rows, target, signal, progress, chunkRows = 50_000 } = options
  const total = { read: 0, inserted: 0, updated: 0, unchanged: 0 }
  let told = monotonicSeconds()
  for await (const chunk of regroup(rows, chunkRows)) {
    if (signal.aborted) throw interrupted(signal.reason)
    const counts = await target.upsert(chunk)
    total.read += chunk[0]!.length
    total.inserted += counts.inserted
    total.updated += counts.updated
    total.unchanged += counts.unchanged
    const now = monotonicSeconds()
    if (now - told < PROGRESS_SECONDS) continue
    told = now
    progress(total.read)
  }
  return total
}

/** The same rows in the same order, `size` at a time; the last chunk has what is left, and none is empty. */
export async function* regroup(rows: AsyncIterable<Columns> | Iterable<Columns>, size: number): AsyncGenerator<Columns> {
  let waiting: unknown[][] = []
  for await (const chunk of rows) {
    const length = chunk[0]?.length ?? 0
    if (waiting.length === 0) waiting = chunk.map(() => [])
    for (let from = 0; from < length; ) {
      const take = Math.min(size - waiting[0]!.length, length - from)
      chunk.forEach((column, i) => {
        for (let row = from; row < from + take; row++) waiting[i]!.push(column[row])
      })
      from += take
      if (waiting[0]!.length < size) break
      yield waiting
      waiting = chunk.map(() => [])
    }
  }
  if ((waiting[0]?.length ?? 0) > 0) yield waiting
}
