import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatJson, parseJson } from '../src/lake/format/exact-json.ts'
import { localStorage } from '../src/lake/local/storage.ts'
import { writeManifestList } from '../src/lake/format/manifest.ts'
import type { TableMetadata } from '../src/lake/format/metadata.ts'
import { differences, scenario } from './rest-scenario.ts'
import type { Step, World } from './rest-steps.ts'
import { serve, type ServedLake } from './served-lake.ts'
import { freePort } from '../test/services/free-port.ts'

const { BLOTTER_INTEROP_ORACLE: classPath = '', JAVA_HOME: javaHome = '' } = process.env
const startTimeoutMs = 60_000

interface Side {
  url: string
  headers: Record<string, string>
  /** The folder that its tables lie in. */
  root: string
  world: World
}

interface Told {
  status: number
  body: unknown
}

describe('The same requests to Apache’s own REST catalog and to Blotter', { timeout: 5 * startTimeoutMs }, () => {
  let folder = ''
  let java: ChildProcess | undefined
  let served: ServedLake | undefined
  let apache: Side
  let blotter: Side

  before(async () => {
    assert.notEqual(classPath, '', 'Run this by `npm run test:interop`, which fetches the server first.')
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    const warehouse = join(folder, 'warehouse')
    await mkdir(warehouse)
    const port = await freePort()
    java = startApache(port, folder, warehouse)
    served = await serve(join(folder, 'lake'))
    const token = await served.token('oracle', 'catalog:read', 'catalog:write')
    blotter = { url: served.url, headers: { authorization: `Bearer ${token}` }, root: join(folder, 'lake'), world: {} }
    apache = { url: `http://127.0.0.1:${port}`, headers: {}, root: warehouse, world: {} }
    await answers(apache.url, java, folder)
  })

  after(async () => {
    await served?.end()
    if (java?.exitCode === null) {
      const ended = once(java, 'exit')
      java.kill()
      await ended
    }
    await rm(folder, { recursive: true, force: true })
  })

  for (const step of scenario) {
    const but = differences[step.name]?.why
    it(`${step.name}: the answers are the same${but === undefined ? '' : `, but that ${but}`}`, async () => {
      const [theirs, ours] = [await take(apache, step), await take(blotter, step)]
      const known = differences[step.name]
      if (known) assert.deepEqual({ theirs: theirs.status, ours: ours.status }, { theirs: known.theirs, ours: known.ours })
      // What Apache's server did not foresee it answers with a page of HTML; here it is the client's fault.
      else if (typeof theirs.body === 'string') assert.deepEqual([theirs.status, ours.status], [500, 400])
      else assert.deepEqual(ours, theirs)
    })
  }
})

function startApache(port: number, folder: string, warehouse: string): ChildProcess {
  const env = {
    PATH: process.env.PATH,
    CATALOG_REST_PORT: String(port),
    CATALOG_WAREHOUSE: warehouse,
    CATALOG_URI: `jdbc:sqlite:${join(folder, 'apache.sqlite')}`,
    CATALOG_JDBC_SCHEMA__VERSION: 'V1',
  }
  const args = ['-Xmx256m', '-cp', classPath, 'org.apache.iceberg.rest.RESTCatalogServer']
  const log = openSync(logOf(folder), 'a')
  return spawn(join(javaHome, 'bin', 'java'), args, { env, cwd: folder, stdio: ['ignore', log, log] })
}

const logOf = (folder: string): string => join(folder, 'apache.log')

async function answers(url: string, server: ChildProcess, folder: string): Promise<void> {
  const until = performance.now() + startTimeoutMs
  while (performance.now() < until && server.exitCode === null) {
    const there = await fetch(`${url}/v1/config`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (there) return
    await sleep(200)
  }
  throw new Error(`Apache’s server did not start.\n${readFileSync(logOf(folder), 'utf8').slice(-4000)}`)
}

/** Asks one side, remembers what later steps need of the answer, and gives it without what is each side's own. */
async function take(side: Side, { method, path, body, headers }: Step): Promise<Told> {
  const sent = typeof body === 'function' ? await body(side.world, (list: number) => manifestList(side.world, list)) : body
  const answer = await fetch(`${side.url}/v1${path}`, {
    method,
    // Compressed answers of Apache's server have other ETags.
    headers: {
      'accept-encoding': 'identity',
      ...side.headers,
      ...(sent === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers?.(side.world),
    },
    ...(sent === undefined ? {} : { body: formatJson(sent) }),
  })
  const text = await answer.text()
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false
  const parsed = text === '' ? undefined : isJson ? parseJson(text) : text
  const metadata = (parsed as { metadata?: TableMetadata } | undefined)?.metadata
  if (metadata) side.world.metadata = metadata
  const etag = answer.headers.get('etag')
  if (etag !== null) side.world.etag = etag
  return { status: answer.status, body: withoutOwn(parsed, side.root) }
}

/** Blotter reads the manifest list of a snapshot that it takes in, so that there has to be one. */
async function manifestList({ metadata }: World, id: number): Promise<string> {
  assert.ok(metadata)
  return writeManifestList(localStorage(), metadata, { id, parentId: undefined, sequenceNumber: 1, label: undefined }, [])
}

const ownKeys = new Set(['config', 'message', 'stack', 'write.parquet.compression-codec', 'created-at'])

function withoutOwn(value: unknown, root: string): unknown {
  if (typeof value === 'string') return told(value, root)
  if (Array.isArray(value)) return value.map((item) => withoutOwn(item, root))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([key]) => !ownKeys.has(key))
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      key,
      key.endsWith('-ms') && typeof inner === 'number' && inner > 1e12 ? 'ms' : withoutOwn(inner, root),
    ]),
  )
}

function told(text: string, root: string): string {
  // All are 400, and an engine does the same with each.
  if (['IllegalArgumentException', 'ValidationException'].includes(text)) return 'BadRequestException'
  const place = text.replace(/^file:(?:\/\/)?(?=\/)/, '').replace(root, 'ROOT')
  const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
  return place.replaceAll(uuid, 'UUID').replace(/\.[0-9a-f]{16}(?=\.(?:metadata|avro))/, '')
}
