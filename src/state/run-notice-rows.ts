import type { Database } from './database.ts'

/** Something that people should know of a run and that stopped nothing. */
export interface RunNotice {
  noted_at: string
  message: string
}

/** A run that notes more says nothing new any more. */
const MOST = 200

/** Keeps a notice, the first 200 of a run. */
export function addNotice(database: Database, run: string, notice: RunNotice): void {
  database.run(
    `INSERT INTO run_notices (run, noted_at, message) SELECT ?1, ?2, ?3
     WHERE (SELECT count(*) FROM run_notices WHERE run = ?1) < ?4`,
    run,
    notice.noted_at,
    notice.message,
    MOST,
  )
}

/** In the order in which they were noted. */
export function readNotices(database: Database, run: string): RunNotice[] {
  return database.all<RunNotice>('SELECT noted_at, message FROM run_notices WHERE run = ? ORDER BY rowid', run)
}
