import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sleep } from '../../clock.ts'
import { hearAnswer, type SandboxedQuery, type ToldResult } from './hear-answer.ts'
import { createPlaces, type PlacesOptions } from './places.ts'
import { type QueryLimits, RESULT_FILE } from './protocol.ts'
import { type QueryProcess, startQueryProcess } from './query-process.ts'

/** A result. Of forms that are no text it names the file. */
export interface SandboxedResult extends ToldResult, AsyncDisposable {
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
        const told = await hearAnswer(started.process, started.folder, query, signal)
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
