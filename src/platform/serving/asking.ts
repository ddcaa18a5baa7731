import { type Clock, monotonicSeconds } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { redaction } from '../../log/redaction.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { ReaderSetup } from '../../query/reader.ts'
import type { Running } from '../../query/running.ts'
import { batchScans } from '../../query/sandbox/batch-scans.ts'
import type { QueryLimits, ResultForm } from '../../query/sandbox/protocol.ts'
import type { Sandbox, SandboxedResult } from '../../query/sandbox/sandbox.ts'
import { type AskedQuery, noteQuery } from '../../state/query-rows.ts'
import type { State } from '../../state/state.ts'

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
  /** Resolves when the answer has been taken: until then it counts as one that is under way. */
  answered?: Promise<unknown> | undefined
}

/** A result with what is told of it. Whoever gets it disposes of it. */
export interface ConsoleResult extends SandboxedResult {
  query: string
  batchAt: BatchAt
  seconds: number
}

interface Parts {
  clock: Clock
  running: Running
  setup(): ReaderSetup
  sandbox(): Sandbox
  state(): State
  log: Log
}

/** Runs a query of the console in the sandbox and notes how it ended, whether it did well or not. */
export function asking({ clock, running, setup, sandbox, state, log }: Parts) {
  const note = (asker: string, { sql, problem, ...asked }: AskedQuery): void => {
    try {
      const told = { ...asked, sql: redaction.text(sql), problem: problem && redaction.text(problem.slice(0, LONGEST)) }
      noteQuery(state().database, asker, told)
    } catch (error) {
      // What was found out is worth more than that it was asked.
      log.warn({ error: String(error) }, 'a query could not be noted')
    }
  }
  return (asked: ConsoleQuery, form: ResultForm, limits: QueryLimits): Promise<ConsoleResult> =>
    running.during(asked.asker, asked, async (query, signal) => {
      const { sql, asker } = asked
      const begin = monotonicSeconds()
      const started_at = clock.now().toISOString()
      let batch_at: BatchAt | null = null
      const end = (how: Pick<AskedQuery, 'state' | 'rows' | 'problem'>): number => {
        const seconds = Math.round((monotonicSeconds() - begin) * 1000) / 1000
        note(asker, { query, sql, batch_at, started_at, seconds, ...how })
        return seconds
      }
      try {
        const { batchAt, tables, functions, scan } = await batchScans(setup(), asked.at)
        batch_at = batchAt
        const result = await sandbox().run({ sql, batchAt, tables, functions, scan, form, limits }, asker, signal)
        return { ...result, query, batchAt, seconds: end({ state: 'succeeded', rows: result.rows, problem: null }) }
      } catch (error) {
        const state = signal.aborted ? 'cancelled' : 'failed'
        end({ state, rows: null, problem: asBlotterError(error).message })
        throw error
      }
    })
}

/** Of what is kept of a failure. */
const LONGEST = 2000
