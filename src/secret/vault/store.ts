import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import type { SecretStore } from '../store.ts'
import { type Entry, FORMAT, LARGEST_BYTES, parseVault, vaultDamaged, type VaultFile, VERSION, vaultText } from './format.ts'
import { keyOf, type KeySources, newKey, wrongKey } from './key.ts'
import { seal, unseal } from './seal.ts'
import { replaceFile } from './replace-file.ts'

export interface VaultOptions extends KeySources {
  /** Absolute path of the vault. */
  file: string
  clock: Clock
  /** Lets no other process change the vault while `work`, which is synchronous, is under way. */
  exclusively<Result>(work: () => Result): Result
}

const CHECK = 'the key fits'

interface Opened {
  vault: VaultFile
  key: Buffer
}

/**
 * An encrypted file of secrets. Each value is sealed by AES-256-GCM under one key, bound to its name and time; the file is
 * replaced as a whole and synced. It is made, and its key file too, with the first secret. Throws `vault_key` and
 * `vault_damaged` where something is not as it was written, and never gives a value then.
 */
export function openVault(options: VaultOptions): SecretStore {
  const { file, clock } = options
  // A passphrase costs half a second; it is spent once for each salt.
  const derived = new Map<string, Buffer>()

  const open = (): Opened | undefined => {
    if (!existsSync(file)) return undefined
    if (statSync(file).size > LARGEST_BYTES) throw vaultDamaged(file, 'it is far too large')
    const vault = parseVault(readFileSync(file, 'utf8'), file)
    const known = JSON.stringify(vault.derivation)
    const key = (vault.derivation.name === 'scrypt' ? derived.get(known) : undefined) ?? keyOf(options, vault.derivation)
    derived.set(known, key)
    if (unseal(key, vault.check, bound('check')) !== CHECK) throw wrongKey(file)
    return { vault, key }
  }
  const make = (): Opened => {
    const { key, derivation } = newKey(options)
    const check = seal(key, CHECK, bound('check'))
    return { key, vault: { format: FORMAT, version: VERSION, derivation, check, entries: {} } }
  }
  const change = (name: string, changed: (entry: Entry | undefined, key: Buffer) => Entry | undefined): void =>
    options.exclusively(() => {
      const { vault, key } = open() ?? make()
      const entry = changed(Object.hasOwn(vault.entries, name) ? vault.entries[name] : undefined, key)
      if (entry) replaceFile(file, vaultText({ ...vault, entries: { ...vault.entries, [name]: entry } }))
    })
  const valueOf = (name: string, part: 'sealed' | 'staged'): string | undefined => {
    const opened = open()
    const entry = opened && Object.hasOwn(opened.vault.entries, name) ? opened.vault.entries[name] : undefined
    return entry?.[part] === undefined ? undefined : unsealed(opened!.key, name, entry, part)
  }
  const unsealed = (key: Buffer, name: string, entry: Entry, part: 'sealed' | 'staged'): string => {
    const value = unseal(key, entry[part] ?? '', bound(part, name, part === 'sealed' ? entry.changed_at : ''))
    if (value === undefined) throw vaultDamaged(file, `its entry "${name}" is not as it was written`)
    return value
  }
  const current = (key: Buffer, name: string, value: string): Entry => {
    const changedAt = clock.now().toISOString()
    return { changed_at: changedAt, sealed: seal(key, value, bound('sealed', name, changedAt)) }
  }

  return {
    kind: 'vault',
    async read(name) {
      const value = valueOf(name, 'sealed')
      return value === undefined ? undefined : { value }
    },
    async list() {
      const entries = Object.entries(open()?.vault.entries ?? {}).filter(([, entry]) => entry.sealed !== undefined)
      const facts = entries.map(([name, entry]) => ({ name, changedAt: entry.changed_at }))
      return facts.sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    keeping: {
      write: async (name, value) =>
        change(name, (entry, key) => ({ ...(entry?.staged ? { staged: entry.staged } : {}), ...current(key, name, value) })),
      stage: async (name, value) =>
        change(name, (entry, key) => {
          const changedAt = entry?.changed_at ?? clock.now().toISOString()
          return { ...entry, changed_at: changedAt, staged: seal(key, value, bound('staged', name, '')) }
        }),
      staged: async (name) => valueOf(name, 'staged'),
      promote: async (name) =>
        change(name, (entry, key) =>
          entry?.staged === undefined ? undefined : current(key, name, unsealed(key, name, entry, 'staged')),
        ),
    },
  }
}

/** What each sealing is bound to. */
function bound(part: 'check' | 'sealed' | 'staged', name = '', changedAt = ''): string[] {
  return [FORMAT, String(VERSION), part, name, changedAt]
}
