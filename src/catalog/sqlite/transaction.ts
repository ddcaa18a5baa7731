import type { DatabaseSync } from 'node:sqlite'

/** Does work that is on disk when this returns, or not at all when it throws; the lock to write is taken at once. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
