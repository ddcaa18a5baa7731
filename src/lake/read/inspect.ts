import { BlotterError } from '../../errors.ts'
import { canonicalLocation } from '../location.ts'
import { type ManifestFile, readManifest, readManifestList } from '../format/manifest.ts'
import { lakeDamaged, type Storage } from '../storage.ts'
import type { Table } from '../table.ts'

/** What looking at all files of some tables found. */
export interface Inspection {
  /** Manifest lists, manifests, data and delete files of all versions, each once. */
  files: number
  /** What is wrong, a sentence for each file: missing, of another length, or other bytes than its name's checksum says. */
  faults: string[]
}

const AT_ONCE = 64

/**
 * Looks at every file that any version of these tables needs: metadata is read as a whole and held to its checksum where it
 * bears one, data and delete files have to be there and as long as they were. Damage is reported, nothing thrown for it.
 */
export async function inspectFiles(storage: Storage, tables: readonly Table[]): Promise<Inspection> {
  const faults: string[] = []
  const noting = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof BlotterError)) throw error
      faults.push(error.message.replace(/ Nothing was changed\.$/, ''))
    }
  }
  const lists = new Set(tables.flatMap(({ metadata }) => metadata.snapshots.map((snapshot) => snapshot['manifest-list'])))
  const manifests = new Map<string, ManifestFile>()
  await inTurns([...lists], (list) =>
    noting(async () => {
      for (const manifest of await readManifestList(storage, list)) manifests.set(manifest.manifest_path, manifest)
    }),
  )
  const sizes = new Map<string, number>()
  await inTurns([...manifests.values()], (manifest) =>
    noting(async () => {
      for (const { file } of await readManifest(storage, manifest)) {
        sizes.set(canonicalLocation(file.file_path), file.file_size_in_bytes)
      }
    }),
  )
  await inTurns([...sizes], ([location, written]) =>
    noting(async () => {
      const found = await storage.sizeBytes(location)
      if (found !== written) throw lakeDamaged(location, `has ${found} bytes and should have ${written}`)
    }),
  )
  return { files: lists.size + manifests.size + sizes.size, faults }
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(items.slice(start, start + AT_ONCE).map(work))
  }
}
