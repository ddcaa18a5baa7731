import type { Database } from './database.ts'

/** A query that somebody asked in the console, and how it ended. */
export interface AskedQuery {
  query: string
  sql: string
  /** Null where it names no batch. */
  batch_at: string | null
  state: 'succeeded' | 'failed' | 'cancelled'
  started_at: string
  seconds: number
  rows: number | null
  /** Why it failed. */
  problem: string | null
}

/** What is kept of each asker. */
export const KEPT_QUERIES = 500

const COLUMNS = 'query, sql, batch_at, state, started_at, seconds, rows, problem'

/** Notes a query at its end, and lets go of what its asker asked long ago. */
export function noteQuery(database: Database, asker: string, asked: AskedQuery): void {
  const { query, sql, batch_at, state, started_at, seconds, rows, problem } = asked
  database.transaction(() => {
    database.run(
      `INSERT INTO query_history (asker, ${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[asker, query, sql, batch_at, state, started_at, seconds, rows, problem],
    )
    database.run(
      `DELETE FROM query_history WHERE asker = ? AND sequence <= (
         SELECT sequence FROM query_history WHERE asker = ? ORDER BY sequence DESC LIMIT 1 OFFSET ?)`,
      ...[asker, asker, KEPT_QUERIES],
    )
  })
}

/** An asker’s own queries, the newest first. */
export function listQueries(
  database: Database,
  asker: string,
  { offset, limit }: { offset: number; limit: number },
): { total: number; queries: AskedQuery[] } {
  const { total } = database.get<{ total: number }>('SELECT count(*) AS total FROM query_history WHERE asker = ?', asker)!
  const sql = `SELECT ${COLUMNS} FROM query_history WHERE asker = ? ORDER BY sequence DESC LIMIT ? OFFSET ?`
  return { total, queries: database.all<AskedQuery>(sql, asker, limit, offset) }
}
