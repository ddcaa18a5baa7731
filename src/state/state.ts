import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../clock.ts'
import { BlotterError } from '../errors.ts'
import { makeFolder } from '../folders.ts'
import { databaseDamaged } from './database-error.ts'
import { type Database, openDatabase } from './database.ts'
import { migrate } from './migrate.ts'

/** What a lake's processes know of its runs: one `state.sqlite` in the state folder. Losing it loses no data. */
export interface State {
  readonly folder: string
  readonly database: Database
  close(): void
  [Symbol.dispose](): void
}

export const STATE_FILE = 'state.sqlite'

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

/**
 * Opens the state of a lake, making the folder and the database where they are missing and migrating an older one.
 * Throws `state_damaged` (corrupted, or not Blotter's), `state_newer`, `state_locked` after 5 seconds of another
 * process's write, `disk_full` and `lake_unwritable`.
 */
export function openState(folder: string, options: { clock?: Clock; busyTimeoutMs?: number } = {}): State {
  makeStateFolder(folder)
  const database = openDatabase(join(folder, STATE_FILE), options)
  try {
    refuseDamaged(database)
    migrate(database, MIGRATIONS, options.clock ?? systemClock)
  } catch (error) {
    database.close()
    throw error
  }
  return { folder, database, close: database.close, [Symbol.dispose]: database.close }
}

function makeStateFolder(folder: string): void {
  try {
    makeFolder(folder)
  } catch (cause) {
    throw new BlotterError('lake_unwritable', `The state folder ${folder} cannot be made: ${(cause as Error).message}.`, {
      todo: 'Give the folder to the user who runs Blotter, or name another one as `state:`.',
      context: { folder },
      cause,
    })
  }
}

/** The database is small: a look at all its pages takes about a millisecond and finds a torn file before it is used. */
function refuseDamaged(database: Database): void {
  const found = database.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check
  if (found !== 'ok') throw databaseDamaged(database.file, found ?? 'its check gave no answer')
}
