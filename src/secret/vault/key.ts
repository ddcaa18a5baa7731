import { randomBytes, scryptSync } from 'node:crypto'
import { chmodSync, closeSync, existsSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { makeFolder } from '../../folders.ts'
import type { Derivation } from './format.ts'
import { KEY_BYTES } from './seal.ts'

/** Where the vault's key comes from: the first of these that is given. */
export interface KeySources {
  /** BLOTTER_VAULT_PASSPHRASE. */
  passphrase?: string | undefined
  /** BLOTTER_VAULT_KEY: 32 bytes in Base64 or hexadecimal. */
  key?: string | undefined
  /** Absolute path. */
  keyFile: string
}

/** What RFC 7914's follow-ups recommend for a login today: 128 MiB and about half a second. */
const SCRYPT = { n: 2 ** 17, r: 8, p: 1 }
const SALT_BYTES = 16

/** How a new vault gets its key; makes the key file where nothing else is given and there is none. */
export function newKey(sources: KeySources): { key: Buffer; derivation: Derivation } {
  const derivation: Derivation =
    sources.passphrase === undefined
      ? { name: 'none' }
      : { name: 'scrypt', ...SCRYPT, salt: randomBytes(SALT_BYTES).toString('base64') }
  const givenInVariable = sources.passphrase !== undefined || sources.key !== undefined
  if (!givenInVariable && !existsSync(sources.keyFile)) makeKeyFile(sources.keyFile)
  return { key: keyOf(sources, derivation), derivation }
}

/** The key of a vault that is there. Throws `vault_key` where it is missing, malformed, or readable by others. */
export function keyOf({ passphrase, key, keyFile }: KeySources, derivation: Derivation): Buffer {
  if (derivation.name === 'scrypt') {
    if (passphrase === undefined) throw badKey('the vault was made with a passphrase, and none is given', SET_PASSPHRASE)
    const { n, r, p, salt } = derivation
    const limits = { N: n, r, p, maxmem: 256 * n * r }
    return scryptSync(passphrase.normalize('NFC'), Buffer.from(salt, 'base64'), KEY_BYTES, limits)
  }
  if (passphrase !== undefined) {
    const todo = 'Unset BLOTTER_VAULT_PASSPHRASE; the key is in BLOTTER_VAULT_KEY or in the key file.'
    throw badKey('a passphrase is given, but the vault was made with a key', todo)
  }
  if (key !== undefined) return decoded(key) ?? malformed('BLOTTER_VAULT_KEY')
  return readKeyFile(keyFile)
}

const SET_PASSPHRASE = 'Set BLOTTER_VAULT_PASSPHRASE, or BLOTTER_VAULT_PASSPHRASE_FILE to a file that holds it.'

/** The rights of a key file that somebody else could read or replace; undefined where all is well, or none is there. */
export function looseRights(keyFile: string): string | undefined {
  if (process.platform === 'win32') return undefined
  const mode = statSync(keyFile, { throwIfNoEntry: false })?.mode
  if (mode === undefined || (mode & 0o077) === 0) return undefined
  return (mode & 0o777).toString(8).padStart(4, '0')
}

function readKeyFile(file: string): Buffer {
  if (!existsSync(file)) {
    const todo =
      `Put the key back as ${file}, or give it as BLOTTER_VAULT_KEY. If it is lost, move the vault away and ` +
      'store the secrets again: `blotter secret set NAME`.'
    throw badKey(`its key file ${file} is missing`, todo, { file })
  }
  const loose = looseRights(file)
  if (loose !== undefined) {
    const todo = `Run \`chmod 600 ${file}\`. If others may have read it, store the secrets under a new key.`
    const why = `its key file ${file} has the rights ${loose}, so that others can read or change it`
    throw badKey(why, todo, { file, mode: loose })
  }
  return decoded(readFileSync(file, 'utf8')) ?? malformed(file)
}

function makeKeyFile(file: string): void {
  makeFolder(dirname(file))
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeSync(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  // Whatever the process's umask took away.
  chmodSync(file, 0o600)
  const folder = openSync(dirname(file), 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

function decoded(text: string): Buffer | undefined {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex')
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined
  return bytes?.length === KEY_BYTES ? bytes : undefined
}

function malformed(where: string): never {
  const todo =
    'A key is 32 random bytes in Base64 (`openssl rand -base64 32`) or hexadecimal. A passphrase belongs into ' +
    'BLOTTER_VAULT_PASSPHRASE.'
  throw badKey(`${where} holds no key`, todo)
}

export function wrongKey(file: string): BlotterError {
  const todo =
    'Give the key that the vault was made with: BLOTTER_VAULT_KEY, BLOTTER_VAULT_PASSPHRASE, or the key file that ' +
    '`secrets.key_file` names. If it is lost, move the vault away and store the secrets again.'
  return badKey(`the key does not fit the vault ${file}`, todo, { file })
}

function badKey(why: string, todo: string, context: Record<string, string> = {}): BlotterError {
  return new BlotterError('vault_key', `The vault cannot be opened: ${why}. Nothing was read or changed.`, { todo, context })
}
