import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { monotonicSeconds } from '../clock.ts'
import { asBlotterError, BlotterError } from '../errors.ts'
import { listCitations, readCitation, removeCitation } from '../history/citations.ts'
import { snapshotOf, type Table, tableSchema } from '../lake/table.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { duckdbType } from '../model/sql-text.ts'
import { tableSpecs } from '../pipeline/tables.ts'
import { checkCitation, type Citing } from '../query/citing/cite.ts'
import { openReader } from '../query/reader.ts'
import { openRunning } from '../query/running.ts'
import { batchScans } from '../query/sandbox/batch-scans.ts'
import type { QueryLimits, ResultForm } from '../query/sandbox/protocol.ts'
import { openSandbox, type Sandbox, type SandboxedResult } from '../query/sandbox/sandbox.ts'
import { type Asker, openSavedQueries, type SavedQuery } from '../query/saved-queries.ts'
import { type AskedQuery, listQueries, noteQuery } from '../state/query-rows.ts'
import type { State } from '../state/state.ts'
import { CITED, citingSetup, type CitingParts, keepCitation } from './citing.ts'

interface Parts extends CitingParts {
  config: { state: string; memoryBytes: number }
  state(): State
}

/** A statement that somebody asks, and as of which batch. */
export interface ConsoleQuery {
  sql: string
  at: string
  /** Who asks. */
  asker: string
  /** By which name it can be cancelled; a new one by default. */
  query?: string | undefined
  /** Aborted when who asks has gone away. */
  gone: AbortSignal
}

/** A result with what is told of it. Whoever gets it disposes of it. */
export interface ConsoleResult extends SandboxedResult {
  query: string
  batchAt: BatchAt
  seconds: number
}

interface DescribedTable {
  name: string
  doc: string
  columns: { name: string; type: string; doc?: string }[]
}

export type Console = ReturnType<typeof openConsole>

const PROGRAM = fileURLToPath(new URL('query-process.ts', import.meta.url))

/** Two processors are what the smallest machine has; a query that comes while two run waits its turn. */
const QUEUE = { working: 2, waiting: 16, waitMs: 60_000 }
const SHOWN_MS = 60_000
const EXPORTED_MS = 300_000

/** What queries of the console may take: at most a quarter of the memory that Blotter is granted, each. */
function limitsOf(memoryBytes: number) {
  const all = { memoryBytes: Math.max(128 << 20, Math.floor(memoryBytes / 4)), threads: 2, spillBytes: 4 * 2 ** 30 }
  const shown: QueryLimits = { ...all, timeMs: SHOWN_MS, rows: 100_000, resultBytes: 32 << 20 }
  const exported: QueryLimits = { ...all, timeMs: EXPORTED_MS, rows: 2_000_000, resultBytes: 1 << 30 }
  const cited: QueryLimits = { ...all, timeMs: SHOWN_MS, ...CITED }
  return { shown, exported, cited }
}

/** The SQL console: queries in processes of their own, what has been asked and saved, and citations. */
export function openConsole(parts: Parts, log: Log) {
  const limits = limitsOf(parts.config.memoryBytes)
  const running = openRunning()
  const saved = openSavedQueries(join(parts.config.state, 'queries'))
  let opened: Sandbox | undefined
  const sandbox = (): Sandbox =>
    (opened ??= openSandbox({
      program: PROGRAM,
      folder: join(parts.config.state, 'console'),
      most: limits.exported,
      ...QUEUE,
    }))
  const citingHere = (): Citing => ({ ...citingSetup(parts), runner: sandbox(), limits: limits.cited })

  const note = (asker: string, asked: AskedQuery): void => {
    try {
      noteQuery(parts.state().database, asker, asked)
    } catch (error) {
      log.warn({ error: String(error) }, 'a query could not be noted')
    }
  }
  const run = async (asked: ConsoleQuery, form: ResultForm, granted: QueryLimits): Promise<ConsoleResult> =>
    running.during(asked.asker, asked, async (query, signal) => {
      const begin = monotonicSeconds()
      const told = { query, sql: asked.sql, started_at: parts.clock.now().toISOString() }
      const seconds = (): number => Math.round((monotonicSeconds() - begin) * 1000) / 1000
      let batchAt: BatchAt | null = null
      try {
        const scans = await batchScans(citingSetup(parts).setup, asked.at)
        const { tables, functions, scan } = scans
        batchAt = scans.batchAt
        const order = { sql: asked.sql, batchAt, tables, functions, scan, form, limits: granted }
        const result = await sandbox().run(order, signal)
        const took = seconds()
        const ended = { batch_at: batchAt, seconds: took, rows: result.rows, problem: null }
        note(asked.asker, { ...told, ...ended, state: 'succeeded' })
        return { ...result, query, batchAt: scans.batchAt, seconds: took }
      } catch (error) {
        const { message } = asBlotterError(error)
        const state = signal.aborted ? 'cancelled' : 'failed'
        note(asked.asker, {
          ...told,
          state,
          batch_at: batchAt,
          seconds: seconds(),
          rows: null,
          problem: message.slice(0, 2000),
        })
        throw error
      }
    })
  return {
    /** Up to so many rows, as lines of JSON arrays. */
    query: (asked: ConsoleQuery, rows: number) => run(asked, 'rows', { ...limits.shown, rows }),
    /** The whole result as a file, or none. */
    exportFile: (asked: ConsoleQuery, format: 'csv' | 'json' | 'ndjson' | 'parquet') => run(asked, format, limits.exported),
    cancel: running.cancel,
    history: (asker: string, page: { offset: number; limit: number }) => listQueries(parts.state().database, asker, page),
    saved,
    /** Throws `saved_query_invalid`. */
    save: (query: SavedQuery, asker: Asker) =>
      saved.save({ ...query, saved_by: asker.name, saved_at: parts.clock.now().toISOString() }, asker),
    /** What can be written where: tables with their columns as of a batch, and functions. */
    async completions(at: string) {
      const reader = openReader(citingSetup(parts).setup)
      const { view, batch } = await reader.resolve(at)
      const order = tableSpecs(parts.pipeline).map((spec) => spec.name)
      const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length)
      const names = reader.queryTables(view, batch.batchAt).map(({ name }) => name)
      const tables = view.tables
        .filter(({ name }) => names.includes(name))
        .flatMap((table) => describedTable(table, batch.batchAt))
        .sort((a, b) => place(a.name) - place(b.name) || (a.name < b.name ? -1 : 1))
      const functions = reader.functionsAt(view, batch.batchAt).map(({ name, example }) => ({ name, example }))
      return { batch_at: batch.batchAt, tables, functions }
    },
    citations: {
      list: async () => (parts.lakeExists() ? listCitations(parts.lake(false)) : []),
      get: async (name: string) => readCitation(parts.lake(false), name),
      add: async ({ sql, at, asker, query, gone }: ConsoleQuery) =>
        running.during(asker, { query, gone }, (_, signal) =>
          keepCitation(parts, citingHere(), { sql, at, by: asker }, signal),
        ),
      check: async (name: string, asker: string, gone: AbortSignal) =>
        running.during(asker, { gone }, async (_, signal) =>
          checkCitation(citingHere(), await readCitation(parts.lake(false), name), signal),
        ),
      remove: async (name: string) => removeCitation(parts.lake(false), name),
    },
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]()
    },
  }
}

/** Other engines’ tables may hold what Blotter does not read: those are not offered. */
function describedTable(table: Table, batchAt: BatchAt): DescribedTable[] {
  try {
    const { fields } = tableSchema(table, snapshotOf(table, batchAt))
    const columns = fields.map(({ name, type, doc }) => ({ name, type: duckdbType(type), ...(doc ? { doc } : {}) }))
    return [{ name: table.name, doc: table.metadata.properties['comment'] ?? '', columns }]
  } catch (error) {
    if (error instanceof BlotterError) return []
    throw error
  }
}
