import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Place } from './place.ts'

/** Local copies of objects that never change; a name there stands for the same bytes for ever. */
export interface Cache {
  pathOf(place: Place): string
  /** The size of a copy that is there, and is used now; undefined where there is none. */
  sizeOf(place: Place): Promise<number | undefined>
  /** Takes a copy: complete or not at all. */
  put(place: Place, bytes: Readable): Promise<void>
  remove(place: Place): Promise<void>
}

/** A copy that this process has used stays for as long as the process, whatever else is let go. */
export function openCache(folder: string, limitBytes: number): Cache {
  const used = new Set<string>()
  let takenBytes = 0
  const pathOf = ({ Bucket, Key }: Place): string => join(folder, Bucket, Key)
  return {
    pathOf,
    async sizeOf(place) {
      const path = pathOf(place)
      const found = await stat(path).catch(() => undefined)
      if (!found) return undefined
      used.add(path)
      return found.size
    },
    async put(place, bytes) {
      const path = pathOf(place)
      const draft = `${path}.${randomUUID()}.unfinished`
      await mkdir(dirname(path), { recursive: true })
      try {
        await pipeline(bytes, createWriteStream(draft))
        takenBytes += (await stat(draft)).size
        await rename(draft, path)
      } finally {
        await rm(draft, { force: true })
      }
      used.add(path)
      // To look through the folder costs time: not for each small file.
      if (takenBytes < limitBytes / 10) return
      takenBytes = 0
      await makeRoom(folder, limitBytes, used)
    },
    remove: (place) => rm(pathOf(place), { force: true }),
  }
}

/** Lets copies go, the ones longest unused first, until the rest is within the limit. */
async function makeRoom(folder: string, limitBytes: number, used: ReadonlySet<string>): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true })
  const copies = await Promise.all(
    names
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        const found = await stat(path).catch(() => undefined)
        return { path, sizeBytes: found?.size ?? 0, usedMs: found ? Math.max(found.atimeMs, found.mtimeMs) : 0 }
      }),
  )
  let heldBytes = copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  for (const { path, sizeBytes } of copies.toSorted((a, b) => a.usedMs - b.usedMs)) {
    if (heldBytes <= limitBytes) return
    if (used.has(path)) continue
    await rm(path, { force: true })
    heldBytes -= sizeBytes
  }
}
