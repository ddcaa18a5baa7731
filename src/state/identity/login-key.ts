import { randomBytes } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { redaction } from '../../log/redaction.ts'
import type { Identity } from './identity.ts'

export const LOGIN_KEY_FILE = 'login.key'

/**
 * The key that signs sessions and encrypts the secrets of second factors: 256 random bits in a file of its own beside the
 * database, for its owner alone, made when it is first asked for. A copy of the database without it lets nobody in.
 * Throws `vault_key` where others may read it.
 */
export function loginKey({ database }: Identity): string {
  const file = join(dirname(database.file), LOGIN_KEY_FILE)
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = readFileSync(file, 'utf8').trim()
  const isLoose = process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0
  if (isLoose || key.length < 40) {
    const why = isLoose ? 'can be read by others' : 'holds no key'
    throw new BlotterError('vault_key', `${file} ${why}. Nobody can sign in until that is mended.`, {
      todo: isLoose
        ? `chmod 600 ${file}`
        : 'Put it back, or remove it: sessions end then, and second factors are to be set up anew.',
      context: { file },
    })
  }
  redaction.keep(key)
  return key
}
