import { randomUUID } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, readdir, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { BlotterError, diskFull } from '../../errors.ts'
import { canonicalLocation, folderOf } from '../location.ts'
import { readEnd } from '../read/read-end.ts'
import { lakeDamaged, type Storage, unsupportedFile } from '../storage.ts'

const UNWRITABLE = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EISDIR', 'EDQUOT', 'ENAMETOOLONG'])
/** `s3://bucket/…`, also `file://host/…`. */
const ELSEWHERE = /^(?!file:\/\/\/)[a-z][a-z\d+.-]*:\/\//i
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/** A lake in a folder of this machine. */
export function localStorage(): Storage {
  return {
    read: (location) => orMissing(location, () => readFile(canonicalLocation(location))),
    readTail: (location, sizeBytes) => orMissing(location, () => readEnd(canonicalLocation(location), sizeBytes)),
    sizeBytes: (location) => orMissing(location, async () => (await stat(canonicalLocation(location))).size),
    provide: (location) => orMissing(location, async () => (await stat(canonicalLocation(location))).size),
    async writeNew(location, bytes) {
      const path = canonicalLocation(location)
      try {
        await makeFolder(dirname(path))
        await placeNew(path, bytes)
        return bytes.length
      } catch (error) {
        throw storageError(error, location)
      }
    },
    async persist(location) {
      const path = canonicalLocation(location)
      try {
        await sync(path)
        await forbidWriting(path)
        await syncFolder(dirname(path))
      } catch (error) {
        throw storageError(error, location)
      }
    },
    async exists(location) {
      try {
        return (await stat(canonicalLocation(location))).isFile()
      } catch (error) {
        if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return false
        throw storageError(error, location)
      }
    },
    list: (folder) => filesUnder(folder.replace(/\/$/, '')),
    async remove(location) {
      try {
        await rm(canonicalLocation(location), { force: true })
      } catch (error) {
        throw storageError(error, location)
      }
    },
    enginePath: canonicalLocation,
  }
}

async function orMissing<T>(location: string, work: () => Promise<T>): Promise<T> {
  if (ELSEWHERE.test(location)) throw unsupportedFile(location, 'lies on another machine')
  try {
    return await work()
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? lakeDamaged(location, 'is missing', error) : storageError(error, location)
  }
}

async function* filesUnder(folder: string): AsyncGenerator<{ location: string; sizeBytes: number; modifiedMs: number }> {
  const entries = await readdir(canonicalLocation(folder), { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw storageError(error, folder)
  })
  for (const entry of entries) {
    const location = `${folder}/${entry.name}`
    if (entry.isDirectory()) yield* filesUnder(location)
    if (!entry.isFile()) continue
    // Another process may sweep at the same time.
    const known = await stat(canonicalLocation(location)).catch(() => undefined)
    if (known) yield { location, sizeBytes: known.size, modifiedMs: known.mtimeMs }
  }
}

/** A link, unlike a rename, fails where the name is taken: of two writers of one name one learns that it lost. */
async function placeNew(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.unfinished`
  try {
    const file = await open(unfinished, 'wx')
    try {
      await file.writeFile(bytes)
      await file.datasync()
    } finally {
      await file.close()
    }
    try {
      await link(unfinished, path)
    } catch (error) {
      if (!NO_HARD_LINKS.has(codeOf(error) ?? '') || (await stat(path).catch(() => undefined))) throw error
      return await rename(unfinished, path)
    }
    await unlink(unfinished)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  } finally {
    await syncFolder(dirname(path)).catch(() => undefined)
  }
}

/** New folders are entries of their parents, so those have to reach the disk too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw codeOf(error) === 'ENOSPC' ? diskFull(error, folder) : lakeUnwritable(folder, codeOf(error), error)
  })
  if (first === undefined) return
  for (let made = folder; made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * What is durable never changes: whoever opens it to write learns so from the system. Windows would not let it be removed
 * either, and some disks keep no rights; there nobody may write but who may write the folder.
 */
async function forbidWriting(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const { mode } = await stat(path)
  await chmod(path, mode & 0o555).catch(() => undefined)
}

/** Windows cannot flush a folder, and needs not. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform !== 'win32') await sync(folder)
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | null)?.code
}

function storageError(error: unknown, location: string): unknown {
  const code = codeOf(error)
  if (code === 'ENOSPC') return diskFull(error, canonicalLocation(location))
  return code !== undefined && UNWRITABLE.has(code) ? lakeUnwritable(location, code, error) : error
}

function lakeUnwritable(location: string, code = 'unknown', error: unknown): BlotterError {
  return new BlotterError(
    'lake_unwritable',
    `${location} cannot be used (${code}). Nothing was committed; the lake is as it was.`,
    {
      todo: `Let this user read and write in ${canonicalLocation(folderOf(location))}, or choose another --lake.`,
      context: { location, errno: code },
      cause: error,
    },
  )
}
