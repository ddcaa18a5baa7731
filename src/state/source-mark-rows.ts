import type { Database } from './database.ts'
import { sourceWithoutPassword } from './source-name.ts'

/** What a source looked like when it was read last; undefined where nobody noted it. */
export function readSourceMark(database: Database, source: string): string | undefined {
  return database.get<{ mark: string }>('SELECT mark FROM source_marks WHERE source = ?', sourceWithoutPassword(source))
    ?.mark
}

export function writeSourceMark(
  database: Database,
  source: string,
  { mark, run, at }: { mark: string; run: string; at: string },
): void {
  const name = sourceWithoutPassword(source)
  database.run('INSERT OR REPLACE INTO source_marks (source, mark, run, noted_at) VALUES (?, ?, ?, ?)', name, mark, run, at)
}
