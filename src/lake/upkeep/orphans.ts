import type { LiveFile } from '../format/data-file.ts'
import { canonicalLocation } from '../location.ts'
import { type ManifestFile, readManifest, readManifestList } from '../format/manifest.ts'
import type { Snapshot } from '../format/metadata.ts'
import type { Storage, StoredFile } from '../storage.ts'
import type { Table } from '../table.ts'

const READ_AT_ONCE = 16

/**
 * Every file that some version of these tables needs, as canonical locations: metadata (older ones that the log names
 * too), statistics, manifest lists, manifests, data and delete files of all snapshots. Throws `lake_damaged` when one of
 * those that have to be read is missing, since what that one names would not be known.
 */
export async function referencedFiles(storage: Storage, tables: readonly Table[]): Promise<Set<string>> {
  const needed = new Set<string>()
  for (const { metadata, metadataLocation } of tables) {
    const locations = [
      ...(metadataLocation === null ? [] : [metadataLocation]),
      ...metadata['metadata-log'].map((entry) => entry['metadata-file']),
      ...statisticsFiles(metadata['statistics']),
      ...statisticsFiles(metadata['partition-statistics']),
    ]
    for (const location of locations) needed.add(canonicalLocation(location))
    for (const location of await snapshotFiles(storage, metadata.snapshots)) needed.add(location)
  }
  return needed
}

/** The manifest lists, manifests, data and delete files of these snapshots, as canonical locations. */
export async function snapshotFiles(storage: Storage, snapshots: readonly Snapshot[]): Promise<Set<string>> {
  const files = new Set<string>()
  const manifests = new Map<string, ManifestFile>()
  await inTurns(snapshots, async (snapshot) => {
    files.add(canonicalLocation(snapshot['manifest-list']))
    for (const manifest of await readManifestList(storage, snapshot['manifest-list'])) {
      manifests.set(canonicalLocation(manifest.manifest_path), manifest)
    }
  })
  await inTurns([...manifests], async ([location, manifest]) => {
    files.add(location)
    for (const { file } of await filesOf(storage, manifest)) files.add(canonicalLocation(file.file_path))
  })
  return files
}

export interface Sweep {
  storage: Storage
  /** All tables whose files must stay, also those of others that share the lake. */
  tables: readonly Table[]
  /** The tables in whose folders orphans are looked for; by default all. */
  swept?: readonly Table[]
  /** Asked for each file that no table needs. */
  mayRemove(file: StoredFile): boolean
}

export interface Swept {
  files: number
  sizeBytes: number
}

/**
 * Removes files under the tables' folders that no version of any table needs, as far as `mayRemove` lets it. A file whose
 * bare name is needed anywhere stays as well: the same folder may be spelled otherwise, through a link.
 */
export async function sweepOrphans({ storage, tables, swept = tables, mayRemove }: Sweep): Promise<Swept> {
  const needed = await referencedFiles(storage, tables)
  const names = new Set([...needed].map(nameOf))
  const removed: Swept = { files: 0, sizeBytes: 0 }
  for (const { metadata } of swept) {
    for (const folder of ['data', 'metadata']) {
      for await (const file of storage.list(`${metadata.location}/${folder}`)) {
        if (names.has(nameOf(file.location)) || !mayRemove(file)) continue
        await storage.remove(file.location)
        removed.files += 1
        removed.sizeBytes += file.sizeBytes
      }
    }
  }
  return removed
}

async function filesOf(storage: Storage, manifest: ManifestFile): Promise<LiveFile[]> {
  const onlyRemovals = manifest.added_files_count === 0 && manifest.existing_files_count === 0
  return onlyRemovals ? [] : readManifest(storage, manifest)
}

function statisticsFiles(entries: unknown): string[] {
  if (!Array.isArray(entries)) return []
  return entries.flatMap((entry: { 'statistics-path'?: unknown }) =>
    typeof entry['statistics-path'] === 'string' ? [entry['statistics-path']] : [],
  )
}

function nameOf(location: string): string {
  return location.slice(location.lastIndexOf('/') + 1)
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += READ_AT_ONCE) {
    await Promise.all(items.slice(start, start + READ_AT_ONCE).map(work))
  }
}
