import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BlotterError, diskFull } from '../../errors.ts'
import { makeFolder } from '../../folders.ts'

/**
 * Puts a text in the place of a file's, for its owner's eyes only: whole or not at all, and on the disk when this returns.
 * Only one process may do so at a time. Throws `disk_full` and `lake_unwritable`; the old file is then as it was.
 */
export function replaceFile(file: string, text: string): void {
  const folder = dirname(file)
  const unfinished = `${file}.${process.pid}.unfinished`
  try {
    makeFolder(folder)
    for (const name of readdirSync(folder)) {
      // What a process that was killed has left.
      if (name.startsWith(`${basename(file)}.`) && name.endsWith('.unfinished')) rmSync(join(folder, name))
    }
    const handle = openSync(unfinished, 'wx', 0o600)
    try {
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(unfinished, file)
    const place = openSync(folder, 'r')
    try {
      fsyncSync(place)
    } finally {
      closeSync(place)
    }
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw unwritable(file, error)
  }
}

function unwritable(file: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return diskFull(error, file)
  if (code === undefined) return error
  return new BlotterError('lake_unwritable', `${file} cannot be written: ${message}. It is as it was before.`, {
    todo: 'Give the folder to the user who runs Blotter, or name another one as `state:`.',
    context: { file },
    cause: error,
  })
}
