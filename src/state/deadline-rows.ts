import type { Database } from './database.ts'

/** How long a run, or one of its steps, may take. */
export interface DeadlineRow {
  run: string
  /** `run`, or `step NAME`. */
  scope: string
  limit_ms: number
  started_at: string
  watched_ms: number
  state: 'open' | 'met' | 'missed' | 'closed'
}

/**
 * The run begins, or goes on: what is open or missed stays as it is, since it is the same work that is late; what was closed
 * (a person had it in hand meanwhile) begins anew, as does what was met.
 */
export function openDeadline(
  database: Database,
  deadline: Pick<DeadlineRow, 'run' | 'scope' | 'limit_ms' | 'started_at'>,
): void {
  database.run(
    `INSERT INTO deadlines (run, scope, limit_ms, started_at) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT (run, scope) DO UPDATE SET limit_ms = ?3, started_at = ?4, watched_ms = 0, state = 'open'
       WHERE state IN ('closed', 'met')`,
    deadline.run,
    deadline.scope,
    deadline.limit_ms,
    deadline.started_at,
  )
}

/** Deadlines of runs under way, open or missed. */
export function watchedDeadlines(database: Database): DeadlineRow[] {
  return database.all<DeadlineRow>(
    `SELECT run, scope, limit_ms, started_at, watched_ms, state FROM deadlines
     WHERE run IN (SELECT run FROM deadlines WHERE state = 'open') ORDER BY run, scope`,
  )
}

/** Of one run, however it ended. */
export function readDeadlines(database: Database, run: string): DeadlineRow[] {
  return database.all<DeadlineRow>(
    'SELECT run, scope, limit_ms, started_at, watched_ms, state FROM deadlines WHERE run = ? ORDER BY scope',
    run,
  )
}

export function readDeadline(database: Database, run: string, scope: string): DeadlineRow | undefined {
  const sql = 'SELECT run, scope, limit_ms, started_at, watched_ms, state FROM deadlines WHERE run = ? AND scope = ?'
  return database.get<DeadlineRow>(sql, run, scope)
}

export function markMissed(database: Database, run: string, scope: string): void {
  database.run(`UPDATE deadlines SET state = 'missed' WHERE run = ? AND scope = ?`, run, scope)
}

/** The run is over, or rests: what is open is `met`, or `closed` where nobody can say so. */
export function closeDeadlines(database: Database, run: string, as: 'met' | 'closed'): void {
  database.run(`UPDATE deadlines SET state = ? WHERE run = ? AND state = 'open'`, as, run)
}

/** Keeps what a watcher has seen go by; never less than before. */
export function keepWatched(database: Database, run: string, scope: string, watchedMs: number): void {
  const sql = 'UPDATE deadlines SET watched_ms = max(watched_ms, ?) WHERE run = ? AND scope = ?'
  database.run(sql, Math.round(watchedMs), run, scope)
}

export function countOpenDeadlines(database: Database): number {
  return database.get<{ n: number }>(`SELECT count(*) AS n FROM deadlines WHERE state = 'open'`)?.n ?? 0
}
