import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { loadConfig } from '../../src/config.ts'
import { silentLog } from '../../src/log.ts'
import type { BatchAt } from '../../src/model/batch-at.ts'
import { openPlatform, type Platform } from '../../src/platform.ts'
import { startServer } from '../../src/server/serve.ts'
import { watch } from '../pipeline/city.ts'
import { bearerOf } from '../server/desk.ts'
import { openViewer, type Viewer } from '../services/browser.ts'

/** A token that opens everything that pages ask for. */
const TOKEN = 'good~api'
const ROWS = 12_000
export const BATCHES = ['2026-11-22T06:00:00Z', '2026-11-23T06:00:00Z', '2026-11-24T06:00:00Z'] as const

/** A synthetic city of three batches, and its server with the pages. */
interface ServedCity extends AsyncDisposable {
  url: string
  /** Asks the API as the pages do. */
  ask<T>(path: string): Promise<T>
  /** Makes the synthetic city's next batch. */
  nextDay(at: string): Promise<void>
}

export type ServedPages = Viewer & Pick<ServedCity, 'url' | 'ask'>

let shared: Promise<ServedCity> | undefined

after(async () => (await shared)?.[Symbol.asyncDispose]())

/** The pages of a city that all tests of a process share, and a browser to look at them. */
export async function servePages(t: TestContext): Promise<ServedPages> {
  shared ??= serveCity()
  const { url, ask } = await shared
  return { ...(await openViewer(t, { url, token: TOKEN })), url, ask }
}

/** The same of a city of one's own, for who adds batches to it. */
export async function serveOwnPages(t: TestContext): Promise<ServedPages & Pick<ServedCity, 'nextDay'>> {
  const city = await serveCity()
  t.after(() => city[Symbol.asyncDispose]())
  return { ...(await openViewer(t, { url: city.url, token: TOKEN })), ...city }
}

async function serveCity(): Promise<ServedCity> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'blotter-pages-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const lake = join(folder, 'lake')
  for (const [day, batchAt] of BATCHES.entries()) await makeBatch(lake, day, batchAt)
  const platform = opened.use(await openDay(lake, BATCHES.length))
  const services = { ...platform.serving(), bearerOf }
  const server = await startServer(services, { host: '127.0.0.1', port: 0, withPages: true, graceMs: 200 })
  opened.defer(() => server.close())
  const stop = new AbortController()
  const beside = platform.workBeside(stop.signal)
  opened.defer(async () => {
    stop.abort()
    await beside
  })
  const all = opened.move()
  return {
    url: server.url,
    async ask<T>(path: string) {
      const answer = await fetch(`${server.url}/api/v1${path}`, { headers: { authorization: `Bearer ${TOKEN}` } })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return (await answer.json()) as T
    },
    nextDay: async (at) => void (await platform.run({ full: false, at: at as BatchAt }, watch())),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

function openDay(lake: string, day: number): Promise<Platform> {
  const source = `demo://chicago?rows=${ROWS}&seed=1&day=${day}`
  return openPlatform(loadConfig({ env: {}, cwd: tmpdir(), flags: { lake, source } }), silentLog)
}

async function makeBatch(lake: string, day: number, at: BatchAt): Promise<void> {
  await using platform = await openDay(lake, day)
  await platform.run({ full: false, at }, watch())
}
