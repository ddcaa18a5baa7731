import { BlotterError, diskFull } from '../errors.ts'

/** SQLite's primary result codes (https://sqlite.org/rescode.html); the low byte of every extended code. */
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26
/** No room for the memory that a database's readers share (`-shm`): an extended code of IOERR. */
const IOERR_SHMSIZE = 4874

/** What went wrong with a database file, in words; anything that is no failure of the file comes back as it was. */
export function databaseError(error: unknown, file: string): unknown {
  if (error instanceof BlotterError) return error
  const { errcode, message } = error as { errcode?: unknown; message?: string }
  if (typeof errcode !== 'number') return error
  switch (errcode === IOERR_SHMSIZE ? FULL : errcode & 0xff) {
    case CORRUPT:
    case NOTADB:
      return databaseDamaged(file, message ?? 'it is not a database', error)
    case BUSY:
    case LOCKED:
      return databaseLocked(file, error)
    case FULL:
      return diskFull(error, file)
    case READONLY:
    case CANTOPEN:
    case IOERR:
      return new BlotterError('lake_unwritable', `${file} cannot be written: ${message}. Nothing was recorded.`, {
        todo: 'Give the folder and its files to the user who runs Blotter, and see that the disk is mounted and healthy.',
        context: { file },
        cause: error,
      })
    default:
      return error
  }
}

export function databaseDamaged(file: string, found: string, cause?: unknown): BlotterError {
  return new BlotterError('state_damaged', `${file} is damaged: ${found}. It was left as it is.`, {
    todo: 'Run `blotter doctor --rebuild`: it sets the file aside and makes a new one. The lake itself loses nothing.',
    context: { file, found },
    cause,
  })
}

function databaseLocked(file: string, cause: unknown): BlotterError {
  return new BlotterError('state_locked', `${file} is locked: another process has been writing to it for too long.`, {
    todo: 'Run the command again; if it stays so, end the process that has the file open (`fuser FILE` names it).',
    context: { file },
    cause,
  })
}
