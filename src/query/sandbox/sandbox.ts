import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { sleep } from '../../clock.ts'
import { asBlotterError, BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { errorRecord, recordedError } from '../../state/error-record.ts'
import type { RefFunction } from '../functions.ts'
import type { ResultColumn } from '../query.ts'
import { beyondSize, beyondTime } from './beyond-limits.ts'
import { createPlaces, type PlacesOptions } from './places.ts'
import { type FromChild, type QueryLimits, RESULT_FILE, type ResultForm, type Scanned, type Wish } from './protocol.ts'
import { type QueryProcess, startQueryProcess } from './query-process.ts'

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

/** A result. Of `rows` and `canonical` it holds the text, of other forms it names the file. */
export interface SandboxedResult extends AsyncDisposable {
  columns: readonly ResultColumn[]
  rows: number
  /** True where the limit on rows or bytes has cut the result. */
  isTruncated: boolean
  /** Lines, each ended by a line feed. */
  text: string
  /** Is removed when the result is disposed of. */
  file: string
}

export interface Sandbox extends AsyncDisposable {
  /**
   * Runs one query of an asker in a process of its own. Throws what the query throws, `query_beyond_limits`, `query_crashed`,
   * `queries_full`, and the signal's reason once it is aborted: the process is then killed.
   */
  run(query: SandboxedQuery, asker: string, signal: AbortSignal): Promise<SandboxedResult>
}

export interface SandboxOptions extends PlacesOptions {
  /** The file that is run as the process of a query. */
  program: string
  /** Where queries get folders of their own; made when first needed, and emptied by each. */
  folder: string
  /** The most that any query is granted. */
  most: QueryLimits
}

/** How long a process that nobody has needed is kept at hand: starting one takes a quarter of a second. */
const SPARE_MS = 300_000

export function openSandbox({ program, folder, most, ...options }: SandboxOptions): Sandbox {
  const places = createPlaces(options)
  const alive = new Set<QueryProcess>()
  let numbers = 0
  let spare: Started | undefined
  let closed = false

  let swept: Promise<void> | undefined
  const start = async (): Promise<Started> => {
    await (swept ??= removeLeftovers(folder))
    const own = join(folder, `query-${process.pid}-${++numbers}`)
    await mkdir(own, { recursive: true })
    const started = startQueryProcess(program, own, most)
    alive.add(started)
    void started.ended.then(() => {
      alive.delete(started)
      if (spare?.process === started) spare = undefined
    })
    return { process: started, folder: own }
  }
  const takeStarted = async (): Promise<Started> => {
    const kept = spare
    spare = undefined
    return kept ?? start()
  }
  const keepSpare = async (): Promise<void> => {
    if (spare || closed) return
    const started = await start()
    if (spare || closed) return putAway(started)
    spare = started
    const stop = new AbortController()
    void started.process.ended.then(() => stop.abort())
    await sleep(SPARE_MS, stop.signal).catch(() => {})
    if (spare === started) await putAway(started)
  }
  return {
    async run(query, asker, signal) {
      using _place = await places.take(asker, signal)
      const started = await takeStarted()
      try {
        const told = await answerOf(started, query, signal)
        await killed(started)
        return { ...told, file: join(started.folder, RESULT_FILE), [Symbol.asyncDispose]: () => putAway(started) }
      } catch (error) {
        await putAway(started)
        throw error
      } finally {
        keepSpare().catch(() => {})
      }
    },
    async [Symbol.asyncDispose]() {
      closed = true
      const ends = [...alive].map(async (one) => {
        one.kill()
        await one.ended
      })
      if (spare) await putAway(spare)
      await Promise.all(ends)
    },
  }
}

/** Folders of queries whose server was killed before it could remove them. */
async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(/^query-(\d+)-\d+$/.exec(name)?.[1])
    if (!Number.isNaN(pid) && !isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

interface Started {
  process: QueryProcess
  folder: string
}

async function killed({ process }: Started): Promise<void> {
  process.kill()
  await process.ended
}

async function putAway(started: Started): Promise<void> {
  await killed(started)
  await rm(started.folder, { recursive: true, force: true })
}

type Told = Pick<SandboxedResult, 'columns' | 'rows' | 'isTruncated' | 'text'>

/** Hands the query to the process and waits for what it says; whatever ends first decides: answer, time, signal or its end. */
async function answerOf(started: Started, query: SandboxedQuery, signal: AbortSignal): Promise<Told> {
  const { process } = started
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
  process.send({ type: 'query', folder: started.folder, ...order })
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
