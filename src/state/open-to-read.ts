import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'

/**
 * Opens a SQLite file (WAL) for who may only read its folder: beside a writer by the files that the writer shares, and
 * without one, where SQLite would want to make those files, as a file that nobody changes.
 */
export function openToRead(file: string, busyTimeoutMs: number): DatabaseSync {
  const isAlone = (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0
  const place = pathToFileURL(file)
  if (isAlone) place.searchParams.set('immutable', '1')
  return new DatabaseSync(place, { timeout: busyTimeoutMs, readOnly: true })
}
