import { BlotterError } from '../../errors.ts'

/** How the key is had: as it is, or from a passphrase by scrypt (RFC 7914). */
export type Derivation = { name: 'none' } | { name: 'scrypt'; n: number; r: number; p: number; salt: string }

export interface Entry {
  /** ISO 8601, UTC; sealed with the value. */
  changed_at: string
  /** The current value, sealed; absent where one is laid aside for a name that had none. */
  sealed?: string
  /** What is laid aside to follow it. */
  staged?: string
}

/** What stands in the file. Names and times are in the open, values are not. */
export interface VaultFile {
  format: 'blotter-vault'
  version: 1
  derivation: Derivation
  /** Something known, sealed: tells a wrong key from a damaged entry. */
  check: string
  entries: Record<string, Entry>
}

export const FORMAT = 'blotter-vault'
export const VERSION = 1
/** A vault of some thousand secrets is far below. */
export const LARGEST_BYTES = 16 * 2 ** 20

/** Reads the text of a vault. Throws `vault_damaged`, or `state_newer` for one of a later version. */
export function parseVault(text: string, file: string): VaultFile {
  const content = parsed(text, file)
  if (!isObject(content) || content['format'] !== FORMAT) throw vaultDamaged(file, 'it is no vault of Blotter’s')
  const { version, derivation, check, entries } = content
  if (typeof version === 'number' && version > VERSION) throw newer(file, version)
  if (version !== VERSION) throw vaultDamaged(file, `its version is ${String(version)}`)
  if (!isDerivation(derivation)) throw vaultDamaged(file, 'it does not say how its key is had')
  if (typeof check !== 'string' || !isObject(entries)) throw vaultDamaged(file, 'a part of it is missing')
  for (const [name, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) throw vaultDamaged(file, `its entry "${name}" is not whole`)
  }
  return content as unknown as VaultFile
}

export function vaultText(vault: VaultFile): string {
  return `${JSON.stringify(vault, null, 2)}\n`
}

export function vaultDamaged(file: string, found: string, cause?: unknown): BlotterError {
  const message = `The vault ${file} is damaged: ${found}. No secret was read, and it was left as it is.`
  return new BlotterError('vault_damaged', message, {
    todo: 'Put it back from a backup, or move it away and store the secrets again: `blotter secret set NAME`.',
    context: { file, found },
    cause,
  })
}

function newer(file: string, version: number): BlotterError {
  const message = `The vault ${file} is of version ${version}; this Blotter knows version ${VERSION}. It was left as it is.`
  return new BlotterError('state_newer', message, {
    todo: 'Run the newer version of Blotter.',
    context: { file, expected: VERSION, found: version },
  })
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    // What JSON.parse says quotes the text; nothing of it is needed to know what to do.
    throw vaultDamaged(file, text.trim() === '' ? 'it is empty' : 'it is cut off, or no JSON', (error as Error).name)
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isEntry(value: unknown): value is Entry {
  if (!isObject(value)) return false
  const { changed_at: changedAt, sealed, staged } = value
  const texts = [sealed, staged].filter((one) => one !== undefined)
  return typeof changedAt === 'string' && texts.length > 0 && texts.every((one) => typeof one === 'string')
}

/** Costs beyond these would only serve to keep a machine busy. */
const COSTLIEST = { n: 2 ** 20, r: 32, p: 16 }

function isDerivation(value: unknown): value is Derivation {
  if (!isObject(value)) return false
  if (value['name'] === 'none') return true
  const { n, r, p, salt } = value
  const bounded = (cost: unknown, most: number): boolean =>
    typeof cost === 'number' && Number.isInteger(cost) && cost > 0 && cost <= most
  return (
    value['name'] === 'scrypt' &&
    typeof salt === 'string' &&
    bounded(n, COSTLIEST.n) &&
    bounded(r, COSTLIEST.r) &&
    bounded(p, COSTLIEST.p)
  )
}
