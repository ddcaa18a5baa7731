import { join } from 'node:path'
import type { Engine, Row } from '../../engine/engine.ts'
import { asBlotterError, BlotterError } from '../../errors.ts'
import { recordedError } from '../../state/error-record.ts'
import { refuseVolatile } from '../citing/volatile.ts'
import { canonicalRows } from '../canonical.ts'
import { jsonEncoder } from '../format/values.ts'
import { openQuery, type QueryResult, type ResultColumn } from '../query.ts'
import { writeResult } from '../write-result.ts'
import { beyondRows, beyondSize } from './beyond-limits.ts'
import { type FromChild, type QueryOrder, RESULT_FILE, type Scanned, type Wish } from './protocol.ts'

/** How the process of a query speaks to the one that started it. */
export interface Channel {
  tell(message: FromChild): void
  /** What reads a table, from who has the catalog. */
  ask(wish: Wish): Promise<Scanned | { error: Parameters<typeof recordedError>[0] }>
  /** Writes a piece of the result and waits until it has been taken. */
  write(text: string): Promise<void>
}

/**
 * Runs the one query of this process and tells its result. Its engine reads the files that the statement’s tables consist of
 * and no other, and nothing can be set any more when the statement runs. Throws what the query throws, `query_beyond_limits`.
 */
export async function answerQuery(
  order: QueryOrder,
  openEngine: () => Promise<Engine>,
  channel: Channel,
  signal?: AbortSignal,
): Promise<void> {
  const files = new Set<string>()
  const ask = async (wish: Wish): Promise<string> => {
    const answer = await channel.ask(wish)
    if ('error' in answer) throw recordedError(answer.error)
    for (const file of answer.files) files.add(file)
    return answer.sql
  }
  const open = async (outputFolder?: string): Promise<QueryResult> => {
    const result = await openQuery(order.sql, {
      engine: await openEngine(),
      tables: order.tables.map((name) => ({ name, sql: () => ask({ table: name }) })),
      functions: order.functions.map((one) => ({ ...one, select: (refs) => ask({ function: one.name, refs }) })),
      folders: [],
      files,
      settings: [`max_temp_directory_size = '${Math.floor(order.limits.spillBytes / 1024)}KiB'`],
      outputFolder,
      batchAt: order.batchAt,
      signal,
      ...(order.form === 'canonical' ? { inspect: refuseVolatile } : {}),
    })
    channel.tell({ type: 'columns', columns: result.columns })
    return result
  }
  if (order.form === 'rows' || order.form === 'canonical') return await tellRows(order, await open(), channel)
  const path = join(order.folder, RESULT_FILE)
  const written = await writeResult(path, order.form, async (folder) => within(order, await open(folder)), {
    forSheets: true,
  })
  channel.tell({ type: 'done', rows: written.rows, isTruncated: false })
}

/** Some thousand rows are one piece, so that neither side holds more than that. */
async function tellRows({ form, limits }: QueryOrder, opened: QueryResult, channel: Channel): Promise<void> {
  await using result = opened
  const line = form === 'rows' ? arrays(result.columns) : canonicalRows(result.columns)
  let rows = 0
  let bytes = 0
  for await (const chunk of result.rows()) {
    const lines: string[] = []
    for (const row of chunk) {
      const text = `${line(row)}\n`
      bytes += Buffer.byteLength(text)
      if (rows === limits.rows || bytes > limits.resultBytes) {
        // What is cited is cited as a whole.
        if (form === 'canonical') throw rows === limits.rows ? beyondRows(limits) : beyondSize(limits)
        await channel.write(lines.join(''))
        return channel.tell({ type: 'done', rows, isTruncated: true })
      }
      lines.push(text)
      rows += 1
    }
    await channel.write(lines.join(''))
  }
  channel.tell({ type: 'done', rows, isTruncated: false })
}

function arrays(columns: readonly ResultColumn[]): (row: Row) => string {
  const fields = columns.map(({ name, type }) => ({ name, encode: jsonEncoder(type) }))
  return (row) => JSON.stringify(fields.map(({ name, encode }) => encode(row[name] ?? null)))
}

/** A result that fails beyond the limit on rows: half a file would be taken for a whole one. */
function within({ limits }: QueryOrder, result: QueryResult): QueryResult {
  return {
    ...result,
    async *rows() {
      let rows = 0
      for await (const chunk of result.rows()) {
        rows += chunk.length
        if (rows > limits.rows) throw beyondRows(limits)
        yield chunk
      }
    },
    async writeParquet(path) {
      const written = await result.writeParquet(path)
      if (written.rows > limits.rows) throw beyondRows(limits)
      if (written.sizeBytes > limits.resultBytes) throw beyondSize(limits)
      return written
    },
    [Symbol.asyncDispose]: () => result[Symbol.asyncDispose](),
  }
}

/** What is told of a failure; the engine’s word on its own memory is no word on this machine’s. */
export function failureOf(error: unknown, { limits }: QueryOrder): BlotterError {
  const failure = asBlotterError(error)
  if (failure.code !== 'memory_exhausted' && failure.code !== 'disk_full') return failure
  const what = failure.code === 'disk_full' ? 'of disk to work on' : 'of memory'
  const size = failure.code === 'disk_full' ? limits.spillBytes : limits.memoryBytes
  return new BlotterError(
    'query_beyond_limits',
    `The query wants more than the ${size >> 20} MiB ${what} that one may take.`,
    {
      todo: 'Read fewer rows or columns, group them first, or leave out the ordering; `blotter query` grants what `--memory` says.',
      context: { limit: 'memory' },
      cause: error,
    },
  )
}
