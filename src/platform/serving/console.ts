import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { listCitations, readCitation, removeCitation } from '../../history/citations.ts'
import type { Log } from '../../log.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import { checkCitation, type Citing } from '../../query/citing/cite.ts'
import { completionsAt } from '../../query/completions.ts'
import { openReader } from '../../query/reader.ts'
import { openRunning } from '../../query/running.ts'
import type { QueryLimits } from '../../query/sandbox/protocol.ts'
import { openSandbox, type Sandbox } from '../../query/sandbox/sandbox.ts'
import { type Asker, openSavedQueries, type SavedQuery } from '../../query/saved-queries.ts'
import { listQueries } from '../../state/query-rows.ts'
import type { State } from '../../state/state.ts'
import { asking, type ConsoleQuery } from './asking.ts'
import { CITED, citingSetup, type CitingParts, keepCitation } from '../reading/citing.ts'

interface Parts extends CitingParts {
  config: { state: string; memoryBytes: number }
  state(): State
}

export type Console = ReturnType<typeof openConsole>

const PROGRAM = fileURLToPath(new URL('query-process.ts', import.meta.url))

/** Two of one person, so that an export of minutes does not keep them from asking, and a third place for others. */
const QUEUE = { working: 3, waiting: 16, waitMs: 60_000 }
const SHOWN_MS = 60_000
const EXPORTED_MS = 300_000
/** Of one asker: each may hold 256 KiB of a result, and a batch. */
const MOST_CITATIONS = 500

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
  const { clock, pipeline, config } = parts
  const limits = limitsOf(config.memoryBytes)
  const running = openRunning()
  const saved = openSavedQueries(join(config.state, 'queries'))
  const names = tableNames(pipeline)
  const setup = () => citingSetup(parts).setup
  const folder = join(config.state, 'console')
  let opened: Sandbox | undefined
  const sandbox = (): Sandbox => (opened ??= openSandbox({ program: PROGRAM, folder, most: limits.exported, ...QUEUE }))
  const run = asking({ clock, running, setup, sandbox, state: parts.state, log })
  const citing = (asker: string): Citing => ({
    setup: setup(),
    runner: { run: (query, signal) => sandbox().run(query, asker, signal) },
    limits: limits.cited,
  })
  const lake = () => parts.lake(false)
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
      saved.save({ ...query, saved_by: asker.name, saved_at: clock.now().toISOString() }, asker),
    completions: async (at: string) => completionsAt(openReader(setup()), at, names),
    citations: {
      list: async () => (parts.lakeExists() ? listCitations(lake()) : []),
      get: async (name: string) => readCitation(lake(), name),
      add: async ({ sql, at, asker, ...wish }: ConsoleQuery) =>
        running.during(asker, wish, (_, signal) =>
          keepCitation(parts, citing(asker), { sql, at, by: asker, most: MOST_CITATIONS }, signal),
        ),
      check: async (name: string, asker: string, gone: AbortSignal) =>
        running.during(asker, { gone }, async (_, signal) =>
          checkCitation(citing(asker), await readCitation(lake(), name), signal),
        ),
      remove: async (name: string) => removeCitation(lake(), name),
    },
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]()
    },
  }
}
