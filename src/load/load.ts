import { monotonicSeconds } from '../clock.ts'
import { interrupted } from '../errors.ts'

/** A table of a database that takes rows; the composition root hands in one of an adapter. */
export interface LoadTarget {
  upsert(columns: Columns): Promise<LoadCounts>
  /** The same for the rows of a file in a format that both sides know; absent where rows can only be told one by one. */
  upsertFile?(file: RowsFile): Promise<LoadCounts>
}

export interface RowsFile {
  path: string
  rows: number
}

/** Values by column, in the declared order, as `Value` of the engine port; all columns are of one length. */
export type Columns = readonly (readonly unknown[])[]

export interface LoadCounts {
  inserted: number
  updated: number
  unchanged: number
}

interface Watched {
  signal: AbortSignal
  /** Called at most some times a second with the rows that are committed. */
  progress(rows: number): void
}

export interface LoadOptions extends Watched {
  /** Rows in chunks of any size. */
  rows: AsyncIterable<Columns> | Iterable<Columns>
  target: LoadTarget
  /** Rows that are committed together, default 50,000: as many as are held in memory, and at most lost by an interrupt. */
  chunkRows?: number
}

const PROGRESS_SECONDS = 0.25

/**
 * Puts rows into a table, a transaction for each `chunkRows`: what is committed stays when a later chunk fails, and doing
 * it all again does no harm, since rows with a known key are updated. `read` is the sum of the other counts. Throws what
 * the rows or the target throw, and `interrupted`.
 */
export async function load(options: LoadOptions): Promise<LoadTotal> {
  const { rows, target, chunkRows = 50_000 } = options
  const tally = new Tally(options)
  for await (const chunk of regroup(rows, chunkRows)) await tally.add(chunk[0]!.length, () => target.upsert(chunk))
  return tally.total
}

/**
 * The same for files, each of which is committed as a whole. The next file is made while one is loaded, so that a file may
 * be used again for the one after the next.
 */
export async function loadFiles(
  options: Watched & { files: AsyncIterable<RowsFile>; upsertFile: NonNullable<LoadTarget['upsertFile']> },
): Promise<LoadTotal> {
  const files = options.files[Symbol.asyncIterator]()
  const tally = new Tally(options)
  let next = files.next()
  try {
    for (let { done, value } = await next; !done; { done, value } = await next) {
      next = files.next()
      await tally.add(value.rows, () => options.upsertFile(value))
    }
  } finally {
    // Whoever makes the next file is to be done with it before anything is cleared away.
    await next.catch(() => {})
    await files.return?.()
  }
  return tally.total
}

export type LoadTotal = LoadCounts & { read: number }

/** Counts what is committed, and tells of it. */
class Tally {
  readonly total: LoadTotal = { read: 0, inserted: 0, updated: 0, unchanged: 0 }
  readonly #watched: Watched
  #told = monotonicSeconds()

  constructor(watched: Watched) {
    this.#watched = watched
  }

  async add(rows: number, upsert: () => Promise<LoadCounts>): Promise<void> {
    const { signal, progress } = this.#watched
    if (signal.aborted) throw interrupted(signal.reason)
    const counts = await upsert()
    const { total } = this
    total.read += rows
    total.inserted += counts.inserted
    total.updated += counts.updated
    total.unchanged += counts.unchanged
    const now = monotonicSeconds()
    if (now - this.#told < PROGRESS_SECONDS) return
    this.#told = now
    progress(total.read)
  }
}

/** The same rows in the same order, `size` at a time; the last chunk has what is left, and none is empty. */
export async function* regroup(rows: AsyncIterable<Columns> | Iterable<Columns>, size: number): AsyncGenerator<Columns> {
  let waiting: unknown[][] = []
  for await (const chunk of rows) {
    const length = chunk[0]?.length ?? 0
    if (waiting.length === 0) waiting = chunk.map(() => [])
    for (let from = 0; from < length;) {
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
