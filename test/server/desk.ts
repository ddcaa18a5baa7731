import type { FastifyInstance } from 'fastify'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type EngineCatalog, openEngineCatalog } from '../../src/catalog/engine-catalog.ts'
import { openSqliteCatalog } from '../../src/catalog/sqlite/catalog.ts'
import { systemClock } from '../../src/clock.ts'
import { BlotterError } from '../../src/errors.ts'
import { formatJson, parseJson } from '../../src/lake/format/exact-json.ts'
import { localStorage } from '../../src/lake/local/storage.ts'
import type { Storage } from '../../src/lake/storage.ts'
import { silentLog } from '../../src/log.ts'
import { type Bearer, isScope, type Scope, SCOPES } from '../../src/model/scope.ts'
import { createEventBus } from '../../src/platform/serving/events.ts'
import { createApp } from '../../src/server/app.ts'
import type { Services } from '../../src/server/services.ts'

/** A server over an empty lake in a folder of its own; nothing listens, requests are handed in. */
export interface Desk {
  app: FastifyInstance
  folder: string
  /** `file:///…/lake` */
  location: string
  storage: Storage
  engine: EngineCatalog
  services: Services
  /** Asks with a token named after its scopes, by default with all of them. */
  ask(method: Method, url: string, options?: Asking): Promise<Answer>
}

export type Method = 'GET' | 'POST' | 'PUT' | 'HEAD' | 'DELETE'

export interface Asking {
  body?: unknown
  scopes?: readonly Scope[]
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: Record<string, unknown>
  text: string
  /** Parsed without rounding; undefined for an empty one. */
  body: unknown
}

const BATCH = {
  batch_at: '2026-11-23T06:00:00Z',
  run: 'r1',
  kind: 'full' as const,
  rows: { read: 3, landed: 3, unchanged: 0, quarantined: 0, swept: 0 },
  changes: { new: 3 },
}

const TABLE = {
  name: 'raw.crimes',
  doc: 'Every row.',
  rows: 3,
  snapshot_id: '9007199254740993',
  batch_at: BATCH.batch_at,
  files: 1,
  size_bytes: 100,
  columns: [{ name: 'id', type: 'long' }],
}

export async function desk(t: TestContext, overrides: Partial<Services> = {}): Promise<Desk> {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  const location = `file://${folder}/lake`
  const storage = localStorage()
  const catalog = openSqliteCatalog(join(folder, 'lake', 'catalog.sqlite'), { name: 'blotter' })
  const places = { lake: location, own: new Set(['raw', 'history']), keepOut: [join(folder, 'lake', '.blotter')] }
  const engine = openEngineCatalog({ storage, catalog, places, clock: systemClock })
  // What the tests of this desk ask for; a city that is served has the rest.
  const services = {
    bearerOf,
    batches: async () => [BATCH],
    tables: async (ref: string) => {
      if (['latest', BATCH.batch_at, '2026-11-23'].includes(ref)) return { batchAt: BATCH.batch_at, tables: [TABLE] }
      throw new BlotterError('batch_missing', `There is no batch ${ref}.`, { todo: 'Use another.' })
    },
    engineCatalog: () => engine,
    ready: async () => {},
    figures: async () => ({
      runs: {},
      rows: {},
      changes: {},
      margins: {},
      tables: [],
      secrets: [],
      outbox: { alerts: 0, givenUp: 0, lineage: 0 },
      unreadable: [],
    }),
    events: createEventBus(),
    dashboards: () => ({ start() {} }),
    log: silentLog,
    ...overrides,
  } as Services
  const app = createApp(services)
  t.after(async () => {
    await app.close()
    catalog.close()
    await rm(folder, { recursive: true, force: true })
  })
  const ask = askOf(app)
  return { app, folder, location, storage, engine, services, ask }
}

/** Lets in whoever shows a token of `askOf`. */
export function bearerOf(token: string): Bearer | undefined {
  const [word, ...scopes] = token.split('~')
  return word === 'good' ? { name: 'tester', scopes: scopes.map((one) => one.replace('.', ':')).filter(isScope) } : undefined
}

/** Hands requests to an application. */
export function askOf(app: FastifyInstance): Desk['ask'] {
  return async (method, url, { body, scopes = SCOPES, headers = {} } = {}) => {
    const answer = await app.inject({
      method,
      url,
      headers: {
        host: '127.0.0.1:7070',
        authorization: `Bearer ${tokenOf(scopes)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : formatJson(body) }),
    })
    const text = answer.body
    const isJson = /json/.test(String(answer.headers['content-type'])) && text !== ''
    return { status: answer.statusCode, headers: answer.headers, text, body: isJson ? parseJson(text) : undefined }
  }
}

function tokenOf(scopes: readonly Scope[]): string {
  return ['good', ...scopes.map((scope) => scope.replace(':', '.'))].join('~')
}
