import type { StepState } from '../model/report.ts'
import type { Database } from './database.ts'
import type { ErrorRecord } from './error-record.ts'

/** A row of `steps`, with how many attempts it took so far. */
export interface StepRow {
  name: string
  state: StepState
  started_at: string | null
  ended_at: string | null
  seconds: number
  output: unknown
  attempts: number
  /** How far its newest attempt has come, and how far it will go as far as can be guessed. */
  rows_done: number | null
  rows_expected: number | null
}

export type AttemptState = Exclude<StepState, 'queued'>

/** A row of `attempts`. `terminated` are those that a signal, a guard or the end of the process stopped. */
export interface AttemptRow {
  step: string
  attempt: number
  state: AttemptState
  started_at: string
  ended_at: string | null
  error: ErrorRecord | null
}

/** Steps of a run in their order. */
export function readSteps(database: Database, run: string): StepRow[] {
  const rows = database.all<Omit<StepRow, 'output'> & { output: string | null }>(
    `SELECT name, state, started_at, ended_at, seconds, output, rows_done, rows_expected,
       (SELECT count(*) FROM attempts a WHERE a.run = s.run AND a.step = s.name) AS attempts
     FROM steps s WHERE run = ? ORDER BY position`,
    run,
  )
  return rows.map((row) => ({ ...row, output: row.output === null ? undefined : (JSON.parse(row.output) as unknown) }))
}

/** Attempts of a run in the order in which they were made. */
export function readAttempts(database: Database, run: string): AttemptRow[] {
  const rows = database.all<Omit<AttemptRow, 'error'> & { error: string | null }>(
    `SELECT step, attempt, a.state, a.started_at, a.ended_at, error
     FROM attempts a JOIN steps s ON s.run = a.run AND s.name = a.step WHERE a.run = ? ORDER BY position, attempt`,
    run,
  )
  return rows.map((row) => ({ ...row, error: row.error === null ? null : (JSON.parse(row.error) as ErrorRecord) }))
}

/** Records a step as queued at its place; one that is recorded already keeps its output and seconds. */
export function queueStep(database: Database, run: string, step: { name: string; position: number }): void {
  database.run(
    `INSERT INTO steps (run, name, position, state) VALUES (?1, ?2, ?3, 'queued')
     ON CONFLICT (run, name) DO UPDATE SET position = ?3, state = 'queued', ended_at = NULL`,
    run,
    step.name,
    step.position,
  )
}

/** Starts an attempt; returns its number, which goes on from earlier processes' attempts. */
export function startAttempt(database: Database, run: string, step: string, at: string): number {
  const last = database.get<{ last: number | null }>(
    'SELECT max(attempt) AS last FROM attempts WHERE run = ? AND step = ?',
    run,
    step,
  )
  const attempt = (last?.last ?? 0) + 1
  database.run(
    `UPDATE steps SET state = 'running', started_at = coalesce(started_at, ?1), rows_done = NULL, rows_expected = NULL
     WHERE run = ?2 AND name = ?3`,
    at,
    run,
    step,
  )
  database.run(
    `INSERT INTO attempts (run, step, attempt, state, started_at) VALUES (?, ?, ?, 'running', ?)`,
    run,
    step,
    attempt,
    at,
  )
  return attempt
}

export function endAttempt(
  database: Database,
  run: string,
  step: string,
  end: { number: number; state: AttemptState; at: string; error?: ErrorRecord },
): void {
  database.run(
    'UPDATE attempts SET state = ?, ended_at = ?, error = ? WHERE run = ? AND step = ? AND attempt = ?',
    end.state,
    end.at,
    end.error ? JSON.stringify(end.error) : null,
    run,
    step,
    end.number,
  )
}

/** Attempts that a process left running when it died are over; when it died is not known. */
export function endOrphanedAttempts(database: Database, run: string, error: ErrorRecord): number {
  return database.run(
    `UPDATE attempts SET state = 'terminated', error = ? WHERE run = ? AND state = 'running'`,
    JSON.stringify(error),
    run,
  )
}

/** Sets a step's outcome; `seconds` are added, `output` is JSON text. */
export function endStep(
  database: Database,
  run: string,
  step: string,
  end: { state: StepState; at: string | null; seconds: number; output?: string },
): void {
  database.run(
    'UPDATE steps SET state = ?, ended_at = ?, seconds = round(seconds + ?, 3), output = ? WHERE run = ? AND name = ?',
    end.state,
    end.at,
    end.seconds,
    end.output ?? null,
    run,
    step,
  )
}

/** Keeps how far a step that is under way has come. */
export function keepProgress(
  database: Database,
  run: string,
  step: string,
  rows: { done: number; expected: number | undefined },
): void {
  database.run(
    `UPDATE steps SET rows_done = ?, rows_expected = ? WHERE run = ? AND name = ? AND state = 'running'`,
    rows.done,
    rows.expected ?? null,
    run,
    step,
  )
}

/** Forgets outputs of more than 64 Ki characters of all runs but one: they only serve to go on with a run. */
export function forgetLargeOutputs(database: Database, except: string): void {
  database.run('UPDATE steps SET output = NULL WHERE run <> ? AND length(output) > 65536', except)
}

/** Ends what of a run did not finish: steps under way are `terminated`, those not begun `skipped`. */
export function endUnfinishedSteps(database: Database, run: string, at: string): void {
  database.run(
    `UPDATE steps SET state = iif(state = 'running', 'terminated', 'skipped'), ended_at = ?
     WHERE run = ? AND state IN ('queued', 'running')`,
    at,
    run,
  )
}
