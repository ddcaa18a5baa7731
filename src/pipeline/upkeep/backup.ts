import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Catalog } from '../../catalog/catalog.ts'
import { BlotterError, folderUnwritable } from '../../errors.ts'
import { makeFolder } from '../../folders.ts'
import { canonicalLocation } from '../../lake/location.ts'
import type { Storage } from '../../lake/storage.ts'
import { copyDatabase } from '../../state/copy-database.ts'
import { LOGIN_KEY_FILE } from '../../state/identity/login-key.ts'

export interface Backup {
  /** Absolute folders of the lake, of its state, and of the backup. */
  lake: string
  state: string
  into: string
  storage: Storage
  openCatalog(file: string): Catalog
}

/** `backup --json`. */
export interface BackupReport {
  folder: string
  files: { name: string; size_bytes: number }[]
  /** Key files beside the state, which are to be kept elsewhere: with them, the copy would open what it holds. */
  keys_not_copied: string[]
}

const CATALOG_FILE = 'catalog.sqlite'
/** Encrypted, and nowhere else to be had once passwords have renewed themselves; its key is not copied. */
const VAULT_FILE = 'vault.json'
const KEY_FILES = [LOGIN_KEY_FILE, 'vault.key']

/**
 * Copies what a lake cannot be had again without: its catalog, state and identities, each as of one moment, and the tables'
 * metadata files that the catalog names, citations, saved queries, and the vault where it lies with the state. The copies lie
 * as in the lake, so that copying them back restores it. Data files, and the keys of vault and logins, are not copied. Runs may
 * go on meanwhile. Throws `output_unwritable` if the folder holds a backup already, or cannot be written.
 */
export async function backUp({ lake, state, into, storage, openCatalog }: Backup): Promise<BackupReport> {
  const catalogFile = join(into, CATALOG_FILE)
  const stateFolder = relative(lake, state).startsWith('..') ? 'state' : relative(lake, state)
  const databases = ['state.sqlite', 'identity.sqlite'].filter((name) => existsSync(join(state, name)))
  const taken = [catalogFile, ...databases.map((name) => join(into, stateFolder, name))].find((file) => existsSync(file))
  if (taken !== undefined) throw alreadyThere(into, taken)
  makeWritable(into)
  const files: BackupReport['files'] = []
  // State before catalog: a batch that is committed and not yet noted is normal, a note of one that is not is a lie.
  for (const name of databases) {
    const copy = join(into, stateFolder, name)
    files.push({ name: relative(into, copy), size_bytes: copyDatabase(join(state, name), copy) })
  }
  // After the identities: the password of the account that they say is in use is in every later vault.
  if (existsSync(join(state, VAULT_FILE))) {
    const copy = join(into, stateFolder, VAULT_FILE)
    await copyFile(join(state, VAULT_FILE), copy)
    await chmod(copy, 0o600)
    files.push({ name: relative(into, copy), size_bytes: statSync(copy).size })
  }
  files.push({ name: CATALOG_FILE, size_bytes: copyDatabase(join(lake, CATALOG_FILE), catalogFile) })
  const catalog = openCatalog(catalogFile)
  try {
    for (const { metadataLocation } of await catalog.tables()) {
      const name = relative(lake, canonicalLocation(metadataLocation))
      if (name.startsWith('..')) continue
      const sizeBytes = await storage.writeNew(join(into, name), await storage.read(metadataLocation))
      files.push({ name, size_bytes: sizeBytes })
    }
  } finally {
    catalog.close()
  }
  // Where the lake is a bucket, its citations lie there as its tables do.
  for (const [from, to] of [
    [join(lake, 'citations'), 'citations'],
    [join(state, 'queries'), join(stateFolder, 'queries')],
  ] as const)
    files.push(...(await copyFiles(from, into, to)))
  const keys = KEY_FILES.map((name) => join(state, name)).filter((file) => existsSync(file))
  return { folder: into, files, keys_not_copied: keys }
}

/** What lies in a folder, in the order of names; nothing where there is none. */
async function copyFiles(from: string, into: string, to: string): Promise<BackupReport['files']> {
  const names = (await readdir(from).catch(() => [])).filter((name) => !name.startsWith('.')).sort()
  if (names.length > 0) await mkdir(join(into, to), { recursive: true })
  const copied: BackupReport['files'] = []
  for (const name of names) {
    await copyFile(join(from, name), join(into, to, name))
    copied.push({ name: join(to, name), size_bytes: statSync(join(into, to, name)).size })
  }
  return copied
}

function makeWritable(folder: string): void {
  try {
    makeFolder(folder)
    accessSync(folder, constants.W_OK)
  } catch (error) {
    throw folderUnwritable(folder, error)
  }
}

function alreadyThere(folder: string, file: string): BlotterError {
  return new BlotterError('output_unwritable', `${folder} holds a backup already: ${file} exists. Nothing was written.`, {
    todo: 'Name a new folder, one for each backup.',
    context: { folder, file },
  })
}
