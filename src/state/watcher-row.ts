import type { Database } from './database.ts'

/** Who watches; `mark` tells the process from all others. */
export function readWatcher(database: Database): { mark: unknown; since: string } | undefined {
  const row = database.get<{ mark: string; since: string }>('SELECT mark, since FROM watcher')
  return row && { mark: JSON.parse(row.mark) as unknown, since: row.since }
}

export function writeWatcher(database: Database, mark: object, since: string): void {
  database.run('INSERT OR REPLACE INTO watcher (only, mark, since) VALUES (1, ?, ?)', JSON.stringify(mark), since)
}

export function deleteWatcher(database: Database): void {
  database.run('DELETE FROM watcher')
}
