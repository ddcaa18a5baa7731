import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Clock, systemClock } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import { type Database, openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'

/** An act worth remembering: who, what, to whom. Never holds a credential. */
export interface Act {
  /** `command line`, or the name of a token or user. */
  actor: string
  /** `token_added` */
  act: string
  subject: string
  details?: Readonly<Record<string, unknown>>
}

/** Who may do what: tokens and the audit log, in one `identity.sqlite` in the state folder. It cannot be made anew. */
export interface Identity {
  readonly database: Database
  readonly clock: Clock
  /** Words of the place, such as the city's name, which are no passwords. */
  words?: readonly string[]
  /** Who is told of each act, before it is there for sure: it may be undone with the transaction that it is in. */
  heard?: ((act: Act) => void) | undefined
  close(): void
}

export const IDENTITY_FILE = 'identity.sqlite'

const MIGRATIONS = fileURLToPath(new URL('./migrations', import.meta.url))

export function identityExists(folder: string): boolean {
  return existsSync(join(folder, IDENTITY_FILE))
}

/**
 * Opens the identities of a lake, making the file where it is missing, for its owner's eyes only. Throws `state_damaged`,
 * `state_newer`, `state_locked`, `disk_full` and `lake_unwritable`.
 */
export function openIdentity(folder: string, clock: Clock = systemClock): Identity {
  const file = join(folder, IDENTITY_FILE)
  makePrivate(folder, file)
  try {
    const database = openDatabase(file)
    try {
      migrate(database, MIGRATIONS, clock)
    } catch (error) {
      database.close()
      throw error
    }
    return { database, clock, close: database.close }
  } catch (error) {
    throw notRebuilt(error, file)
  }
}

/** SQLite gives its journal files the rights of the database, so that it is enough to make that one. */
function makePrivate(folder: string, file: string): void {
  if (existsSync(file)) return
  try {
    mkdirSync(folder, { recursive: true })
    closeSync(openSync(file, 'a', 0o600))
  } catch (cause) {
    throw new BlotterError('lake_unwritable', `${file} cannot be made: ${(cause as Error).message}.`, {
      todo: 'Give the folder to the user who runs Blotter, or name another one as `state:`.',
      context: { file },
      cause,
    })
  }
}

/** What is said of a damaged state database does not hold here: these are not to be had from anywhere else. */
function notRebuilt(error: unknown, file: string): unknown {
  if (!(error instanceof BlotterError) || error.code !== 'state_damaged') return error
  return new BlotterError('state_damaged', error.message, {
    todo: `Put ${IDENTITY_FILE} back from a backup, or move it away: all tokens are then to be made anew.`,
    context: { ...error.context, file },
    cause: error,
  })
}
