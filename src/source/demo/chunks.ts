import { setImmediate } from 'node:timers/promises'
import { interrupted } from '../../errors.ts'
import type { DemoChunk } from '../../model/pipeline.ts'
import { type Extracted, type ExtractOptions, type FoundColumn, STAGED_SQL_TYPE } from '../source.ts'

type Chunks = Iterable<DemoChunk> | AsyncIterable<DemoChunk>

/** About once a second. */
const PROGRESS_ROWS = 100_000

/** Writes chunks as staged files called `name`. Throws `interrupted`, with nothing staged. */
export async function stageChunks(
  name: string,
  chunks: Chunks,
  columns: FoundColumn[],
  { stage, signal, progress }: ExtractOptions,
): Promise<Extracted> {
  const typed = columns.map((column) => ({ name: column.name, type: STAGED_SQL_TYPE[column.type] }))
  const writer = await stage.chunkWriter(stage.folder, name, typed)
  let rows = 0
  let told = 0
  try {
    for await (const chunk of chunks) {
      await writer.write(chunk.columns)
      rows += chunk.rows
      // Nothing here waits for the outside world, so that signals and timers are heard only if they are let in.
      await setImmediate()
      if (signal.aborted) throw interrupted(signal.reason)
      if (rows - told < PROGRESS_ROWS) continue
      progress(rows)
      told = rows
    }
    if (signal.aborted) throw interrupted(signal.reason)
  } catch (error) {
    await writer.abandon()
    throw error
  }
  const { files } = await writer.finish()
  progress(rows)
  return { parts: [{ files, columns, rows }], rows }
}

/** Some columns only. */
export function* swept(chunks: Iterable<DemoChunk>, columns: readonly number[]): Generator<DemoChunk> {
  for (const chunk of chunks) yield { rows: chunk.rows, columns: columns.map((at) => chunk.columns[at]!) }
}

/** The rows that have one of these keys; both sides ascend, so that one pass suffices. */
export async function* fetched(
  chunks: Iterable<DemoChunk>,
  key: number,
  keys: AsyncIterable<bigint[]>,
): AsyncGenerator<DemoChunk> {
  let wanted: readonly bigint[] = []
  let next = 0
  const more = keys[Symbol.asyncIterator]()
  try {
    for (const chunk of chunks) {
      const found = chunk.columns[key] as readonly bigint[]
      const chosen: number[] = []
      for (let at = 0; at < chunk.rows;) {
        if (next === wanted.length) {
          const answer = await more.next()
          if (answer.done) break
          wanted = answer.value
          next = 0
        } else if (wanted[next]! < found[at]!) {
          next++
        } else {
          if (wanted[next] === found[at]) chosen.push(at)
          at++
        }
      }
      if (chosen.length > 0) yield rowsOf(chunk, chosen)
    }
  } finally {
    await more.return?.()
  }
}

function rowsOf(chunk: DemoChunk, chosen: readonly number[]): DemoChunk {
  return { rows: chosen.length, columns: chunk.columns.map((column) => chosen.map((at) => column[at])) }
}
