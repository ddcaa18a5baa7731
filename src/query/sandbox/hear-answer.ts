import type { Readable } from 'node:stream'
import { sleep } from '../../clock.ts'
import { asBlotterError, BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { errorRecord, recordedError } from '../../state/error-record.ts'
import type { RefFunction } from '../functions.ts'
import type { ResultColumn } from '../query.ts'
import { beyondSize, beyondTime } from './beyond-limits.ts'
import type { FromChild, QueryLimits, ResultForm, Scanned, Wish } from './protocol.ts'
import type { QueryProcess } from './query-process.ts'

/** What is run: the statement, and what it may read. */
export interface SandboxedQuery {
  sql: string
  batchAt: BatchAt
  tables: readonly string[]
  functions: readonly Omit<RefFunction, 'select'>[]
  /** Plans what the statement turns out to read. */
  scan(wish: Wish): Promise<Scanned>
  form: ResultForm
  limits: QueryLimits
}

/** What the process says of its result. */
export interface ToldResult {
  columns: readonly ResultColumn[]
  rows: number
  /** True where the limit on rows or bytes has cut the result. */
  isTruncated: boolean
  /** Lines, each ended by a line feed; of other forms than `rows` and `canonical` empty. */
  text: string
}

/** Hands the query to the process and waits for what it says; whatever ends first decides: answer, time, signal or its end. */
export async function hearAnswer(
  process: QueryProcess,
  folder: string,
  query: SandboxedQuery,
  signal: AbortSignal,
): Promise<ToldResult> {
  const { scan, ...order } = query
  const stop = new AbortController()
  let columns: readonly ResultColumn[] = []
  const text = textOf(process.child.stdout!, query.limits)
  const done = new Promise<Extract<FromChild, { type: 'done' }>>((resolve, reject) => {
    process.onMessage((message) => {
      if (message.type === 'columns') columns = message.columns
      else if (message.type === 'wish') void answerWish(process, message, scan)
      else if (message.type === 'done') resolve(message)
      else if (message.type === 'failed') reject(recordedError(message.error))
    })
  })
  const crashed = process.ended.then(({ signal: by, words }): never => {
    throw by === 'SIGXCPU' ? beyondTime(query.limits) : by === 'SIGXFSZ' ? beyondSize(query.limits) : crash(words)
  })
  const late = sleep(query.limits.timeMs, stop.signal).then(() => {
    throw beyondTime(query.limits)
  })
  const cancelled = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true, signal: stop.signal })
    if (signal.aborted) reject(signal.reason as Error)
  })
  // Those that lose the race must not be called unhandled.
  for (const one of [done, crashed, late, cancelled, text.tooLong]) one.catch(() => {})
  process.send({ type: 'query', folder, ...order })
  try {
    const { rows, isTruncated } = await Promise.race([done, crashed, late, cancelled, text.tooLong])
    return { columns, rows, isTruncated, text: await text.ofRows(query.form, rows) }
  } finally {
    stop.abort()
  }
}

async function answerWish(
  process: QueryProcess,
  { number, wish }: Extract<FromChild, { type: 'wish' }>,
  scan: SandboxedQuery['scan'],
): Promise<void> {
  try {
    process.send({ type: 'scan', number, answer: await scan(wish) })
  } catch (error) {
    process.send({ type: 'scan', number, answer: { error: errorRecord(asBlotterError(error)) } })
  }
}

/** The lines that the process writes, as long as they are no more than was granted, whatever it thinks of that itself. */
function textOf(stream: Readable, { resultBytes }: QueryLimits) {
  const pieces: Buffer[] = []
  let bytes = 0
  let lines = 0
  let arrived = (): void => {}
  const tooLong = new Promise<never>((_, reject) => {
    stream.on('data', (piece: Buffer) => {
      bytes += piece.length
      if (bytes > resultBytes + (1 << 20)) return reject(crash('it wrote more than it may'))
      pieces.push(piece)
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines += 1
      arrived()
    })
  })
  return {
    tooLong,
    /** What was written may arrive later than the word that all is written. */
    async ofRows(form: ResultForm, rows: number): Promise<string> {
      if (form !== 'rows' && form !== 'canonical') return ''
      await new Promise<void>((resolve) => {
        arrived = () => {
          if (lines >= rows) resolve()
        }
        stream.once('end', resolve)
        arrived()
      })
      return Buffer.concat(pieces).toString('utf8')
    },
  }
}

function crash(words: string): BlotterError {
  const message = `The process of the query ended by itself (${words}). Nothing else was harmed.`
  return new BlotterError('query_crashed', message, {
    todo: 'Write the query otherwise, or in parts: most likely it wanted more memory than there is.',
    context: { end: words },
  })
}
