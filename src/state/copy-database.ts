import { chmodSync, closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { BUSY_TIMEOUT_MS } from './database.ts'
import { databaseError } from './database-error.ts'

/**
 * Copies a SQLite database as of one moment, while others may be writing to it (VACUUM INTO), for its owner's eyes only.
 * The copy appears whole or not at all; returns its size in bytes. Throws what `openDatabase` throws.
 */
export function copyDatabase(file: string, into: string): number {
  const unfinished = `${into}.unfinished`
  try {
    mkdirSync(dirname(into), { recursive: true })
    rmSync(unfinished, { force: true })
    const sqlite = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS, readOnly: true })
    try {
      sqlite.prepare('VACUUM INTO ?').run(unfinished)
    } finally {
      sqlite.close()
    }
    chmodSync(unfinished, 0o600)
    const handle = openSync(unfinished, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(unfinished, into)
    return statSync(into).size
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw databaseError(error, file)
  }
}
