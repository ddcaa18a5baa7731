import { dirname } from 'node:path'
import { BlotterError, diskFull } from '../../errors.ts'

// https://www.sqlite.org/rescode.html; the low byte of an extended code is its primary code.
const PERM = 3
const BUSY = 5
const LOCKED = 6
export const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
export const CANTOPEN = 14
const NOTADB = 26
/** No room for the memory that a database's readers share (`-shm`): an extended code of IOERR. */
const IOERR_SHMSIZE = 4874

/** What went wrong with the catalog's file, in words; a BlotterError, and what is no failure of the file, as it was. */
export function sqliteError(error: unknown, file: string, busyTimeoutMs: number): unknown {
  if (error instanceof BlotterError) return error
  const { errcode, code } = error as { errcode?: number; code?: string }
  const primary = errcode === undefined ? undefined : errcode & 0xff
  const context = { file, sqlite: errcode ?? null }
  if (primary === FULL || errcode === IOERR_SHMSIZE || code === 'ENOSPC') return diskFull(error, file)
  if (primary === CORRUPT || primary === NOTADB) {
    return catalogDamaged(file, (error as Error).message, error)
  }
  if (primary === BUSY || primary === LOCKED) {
    return new BlotterError(
      'run_locked',
      `${file} was locked by another process for ${busyTimeoutMs / 1000} s. Nothing was applied.`,
      {
        todo: 'Wait for the other process to end, or end it, then try again.',
        context,
        cause: error,
      },
    )
  }
  const unwritable = primary === PERM || primary === READONLY || primary === CANTOPEN || primary === IOERR
  if (!unwritable && !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code ?? '')) return error
  return new BlotterError('lake_unwritable', `${file} cannot be used: ${(error as Error).message}. Nothing was changed.`, {
    todo: `Give this user the right to read and write in ${dirname(file)}, or choose another --lake.`,
    context,
    cause: error,
  })
}

export function catalogDamaged(file: string, why: string, cause?: unknown): BlotterError {
  return new BlotterError('lake_damaged', `${file} is not a whole SQLite database: ${why}. Nothing was changed.`, {
    todo: "Put the file back from a backup (`blotter backup` makes one); the tables' own files are not concerned.",
    context: { file, sqlite: (cause as { errcode?: number } | undefined)?.errcode ?? null },
    cause,
  })
}
