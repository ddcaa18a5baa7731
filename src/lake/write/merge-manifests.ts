import { BlotterError } from '../../errors.ts'
import type { DataFile, LiveFile } from '../format/data-file.ts'
import { type ManifestContents, type ManifestFile, type NewSnapshot, readManifest, writeManifest } from '../format/manifest.ts'
import type { PartitionedMetadata } from '../format/metadata.ts'
import type { Storage } from '../storage.ts'

/** So many small manifests of one kind become one, so that planning a lake of many batches opens few files. */
const MERGE_AT = 8
/** A manifest as large as Iceberg's own target is not rewritten only to be merged. */
const LARGE_BYTES = 8 * 1024 * 1024

interface Group extends ManifestContents {
  kept: ManifestFile[]
}

export interface ManifestChange {
  add: readonly DataFile[]
  remove: readonly DataFile[]
}

/**
 * Writes the manifests of the next snapshot and resolves with all of its manifests, data before deletes, and with the files
 * that it removes. Throws `commit_conflict` when one of them is not in the table any more.
 */
export async function nextManifests(
  storage: Storage,
  metadata: PartitionedMetadata,
  snapshot: NewSnapshot,
  parent: readonly ManifestFile[],
  { add, remove }: ManifestChange,
): Promise<{ manifests: ManifestFile[]; removed: DataFile[] }> {
  const groups = new Map<string, Group>()
  const group = (content: number, specId: number): Group => {
    const key = `${content}/${specId}`
    const known: Group = groups.get(key) ?? { content, specId, added: [], existing: [], removed: [], kept: [] }
    groups.set(key, known)
    return known
  }
  for (const file of add) group(file.content, file.spec_id).added.push(file)

  const leaving = new Set(remove.map((file) => file.file_path))
  const kinds = new Set(remove.map((file) => file.content))
  for (const manifest of parent) {
    const content: number = manifest.content ?? 0
    if (manifest.added_files_count === 0 && manifest.existing_files_count === 0) continue // Nothing but removals of old.
    const target = group(content, manifest.partition_spec_id)
    const live = kinds.has(content) ? await readManifest(storage, manifest) : undefined
    if (live?.some(({ file }) => leaving.has(file.file_path))) sortOut(live, leaving, target)
    else target.kept.push(manifest)
  }
  const removed = [...groups.values()].flatMap((one) => one.removed.map((live) => live.file))
  refuseMissing(metadata.location, leaving, removed)

  const manifests: ManifestFile[] = []
  for (const one of [...groups.values()].sort((a, b) => a.content - b.content)) {
    await mergeSmall(storage, one)
    const changes = one.added.length + one.existing.length + one.removed.length > 0
    if (changes) manifests.push(await writeManifest(storage, metadata, snapshot, one))
    manifests.push(...one.kept)
  }
  return { manifests, removed }
}

function sortOut(live: readonly LiveFile[], leaving: ReadonlySet<string>, target: Group): void {
  for (const one of live) (leaving.has(one.file.file_path) ? target.removed : target.existing).push(one)
}

async function mergeSmall(storage: Storage, group: Group): Promise<void> {
  const small = group.kept.filter((manifest) => manifest.manifest_length < LARGE_BYTES)
  if (small.length < MERGE_AT) return
  for (const manifest of small) group.existing.push(...(await readManifest(storage, manifest)))
  group.kept = group.kept.filter((manifest) => !small.includes(manifest))
}

function refuseMissing(location: string, leaving: ReadonlySet<string>, removed: readonly DataFile[]): void {
  const found = new Set(removed.map((file) => file.file_path))
  const missing = [...leaving].filter((path) => !found.has(path))
  if (missing.length === 0) return
  const what = `${missing.length} of ${leaving.size} files to replace in ${location} are gone from its newest snapshot`
  throw new BlotterError('commit_conflict', `${what}. Nothing was applied.`, {
    todo: 'Somebody else changed the table meanwhile: run `blotter run` again.',
    context: { location, missing: missing.slice(0, 10) },
  })
}
