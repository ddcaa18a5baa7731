import type { RunState } from '../model/report.ts'
import type { Database } from './database.ts'
import type { ErrorRecord } from './error-record.ts'
import { sourceWithoutPassword } from './source-name.ts'

/** What a guard saw when it held a run. */
export interface HeldRecord {
  guard: string
  step: string
  message: string
  todo: string
}

/** A row of `runs`. Times are ISO 8601 in UTC. */
export interface RunRow {
  run: string
  batch_at: string
  kind: string | null
  source: string
  options: Record<string, unknown>
  state: RunState
  held: HeldRecord | null
  released_at: string | null
  terminate_requested_at: string | null
  superseded_by: string | null
  report: unknown
  error: ErrorRecord | null
  started_at: string
  ended_at: string | null
  seconds: number | null
}

const COLUMNS = `run, batch_at, kind, source, options, state, held, released_at, terminate_requested_at, superseded_by,
  report, error, started_at, ended_at, seconds`

/** Records a new run as queued; its source is stored without its password. */
export function insertRun(
  database: Database,
  run: { run: string; batch_at: string; kind: string | null; source: string; options: object; started_at: string },
): void {
  database.run(
    `INSERT INTO runs (run, batch_at, kind, source, options, state, started_at) VALUES (?, ?, ?, ?, ?, 'queued', ?)`,
    run.run,
    run.batch_at,
    run.kind,
    sourceWithoutPassword(run.source),
    JSON.stringify(run.options),
    run.started_at,
  )
}

export function readRun(database: Database, run: string): RunRow | undefined {
  const row = database.get<Stored>(`SELECT ${COLUMNS} FROM runs WHERE run = ?`, run)
  return row && fromStored(row)
}

/** Runs in any of `states` (all if none is named), the one begun last first, `limit` at most after the first `offset`. */
export function readRuns(
  database: Database,
  options: { states?: readonly RunState[]; limit: number; offset?: number },
): RunRow[] {
  const rows = database.all<Stored>(
    `SELECT ${COLUMNS} FROM runs
     WHERE ?1 = '[]' OR state IN (SELECT value FROM json_each(?1)) ORDER BY sequence DESC LIMIT ?2 OFFSET ?3`,
    JSON.stringify(options.states ?? []),
    options.limit,
    options.offset ?? 0,
  )
  return rows.map(fromStored)
}

/** How many runs are on record. */
export function countRuns(database: Database): number {
  return database.get<{ n: number }>('SELECT count(*) AS n FROM runs')?.n ?? 0
}

/** How many runs ended in each state since a moment (ISO 8601; empty: ever). */
export function countStates(database: Database, since: string): Record<string, number> {
  const rows = database.all<{ state: string; n: number }>(
    'SELECT state, count(*) AS n FROM runs WHERE ended_at > ? GROUP BY state ORDER BY state',
    since,
  )
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]))
}

/**
 * The newest batch that a run has made from a source, and when the first and the last run were begun; null where there is none.
 * What was begun later than now was begun while a clock was ahead, and says nothing of the time.
 */
export interface Newest {
  batch_at: string | null
  /** Up to when the newest batch can be as the source is. */
  fresh_at: string | null
  first_started_at: string | null
  newest_started_at: string | null
}

export function newestBatch(database: Database, now: string): Newest {
  const made = `state = 'succeeded' AND coalesce(kind, '') <> 'restore'`
  const row = database.get<Newest>(
    `SELECT max(batch_at) FILTER (WHERE ${made}) AS batch_at,
       max(min(batch_at, started_at)) FILTER (WHERE ${made} AND started_at <= ?1) AS fresh_at,
       min(started_at) FILTER (WHERE started_at <= ?1) AS first_started_at,
       max(started_at) FILTER (WHERE started_at <= ?1) AS newest_started_at FROM runs`,
    now,
  )
  return row ?? { batch_at: null, fresh_at: null, first_started_at: null, newest_started_at: null }
}

/** Seconds that each step took in earlier runs that were asked for alike and succeeded, the last `limit` of them. */
export function pastStepSeconds(database: Database, run: RunRow, limit: number): { name: string; seconds: number }[] {
  return database.all<{ name: string; seconds: number }>(
    `SELECT name, s.seconds FROM steps s WHERE s.state = 'succeeded' AND run IN (
       SELECT run FROM runs WHERE state = 'succeeded' AND source = ?1 AND options = ?2 AND run <> ?3
       ORDER BY sequence DESC LIMIT ?4)`,
    run.source,
    JSON.stringify(run.options),
    run.run,
    limit,
  )
}

/** The run is under way (again): what an earlier end left is gone, its report and the release of a guard stay. */
export function startRun(database: Database, run: string): void {
  database.run(
    `UPDATE runs SET state = 'running', held = NULL, error = NULL, ended_at = NULL, terminate_requested_at = NULL
     WHERE run = ?`,
    run,
  )
}

/** The run stopped in `state`; `seconds` are added to those of its earlier goes. */
export function endRun(
  database: Database,
  run: string,
  end: { state: RunState; ended_at: string | null; seconds: number; held?: HeldRecord; error?: ErrorRecord },
): void {
  database.run(
    `UPDATE runs SET state = ?, ended_at = ?, seconds = round(coalesce(seconds, 0) + ?, 3), held = ?, error = ?
     WHERE run = ?`,
    end.state,
    end.ended_at,
    end.seconds,
    end.held ? JSON.stringify(end.held) : null,
    end.error ? JSON.stringify(end.error) : null,
    run,
  )
}

export function markReleased(database: Database, run: string, at: string): void {
  database.run(`UPDATE runs SET state = 'queued', released_at = ?, ended_at = NULL WHERE run = ?`, at, run)
}

export function markTerminateRequested(database: Database, run: string, at: string): void {
  database.run('UPDATE runs SET terminate_requested_at = ? WHERE run = ?', at, run)
}

/** Every other run that did not finish, now or ever, has been overtaken by this one. */
export function markOthersSuperseded(database: Database, by: string): void {
  database.run(
    `UPDATE runs SET superseded_by = ?1 WHERE run <> ?1 AND superseded_by IS NULL AND state NOT IN ('succeeded', 'skipped')`,
    by,
  )
}

/** What the run made, to be shown later: any JSON, and the kind of batch that it turned out to be. */
export function storeReport(database: Database, run: string, report: object, kind?: string): void {
  database.run(
    'UPDATE runs SET report = ?, kind = coalesce(?, kind) WHERE run = ?',
    JSON.stringify(report),
    kind ?? null,
    run,
  )
}

type JsonColumn = 'options' | 'held' | 'report' | 'error'
type Stored = Omit<RunRow, JsonColumn> & Record<JsonColumn, string | null>

function fromStored(row: Stored): RunRow {
  return {
    ...row,
    options: JSON.parse(row.options ?? '{}') as Record<string, unknown>,
    held: row.held === null ? null : (JSON.parse(row.held) as HeldRecord),
    report: row.report === null ? null : (JSON.parse(row.report) as unknown),
    error: row.error === null ? null : (JSON.parse(row.error) as ErrorRecord),
  }
}
