import { literal } from '../../model/sql-text.ts'
import { type AvroFile, decodeAvroFile, encodeAvro } from '../format/avro.ts'
import { refuseChanged } from '../checksum.ts'
import { CONTENT, type DataFile, DELETE_PATH_ID } from '../format/data-file.ts'
import { labelledUuid, sealedName } from '../write/file-label.ts'
import { canonicalLocation, folderOf } from '../location.ts'
import type { ManifestFile } from '../format/manifest.ts'
import { parseMetadata, type TableMetadata } from '../format/metadata.ts'
import { lakeDamaged, type Storage } from '../storage.ts'
import type { Table } from '../table.ts'
import { DELETE_SCHEMA, type ParquetEngine } from '../write/write.ts'

/** A folder that was moved with all that is in it; both locations without a slash at their ends. */
export interface Move {
  from: string
  to: string
}

/** Where a file lies now; a location outside the moved folder is left as it is. */
export function moved(location: string, { from, to }: Move): string {
  const [path, folder] = [canonicalLocation(location), canonicalLocation(from)]
  return path === folder || path.startsWith(`${folder}/`) ? `${to}${path.slice(folder.length)}` : location
}

export interface RelocateTable {
  storage: Storage
  engine: ParquetEngine
  name: string
  /** As the catalog has it: where the file was. */
  metadataLocation: string
  move: Move
  label: string
}

export interface Relocated {
  /** Staged: its metadata is to be written. It is based on the file that the catalog names, at its old place. */
  table: Table
  /** Files, at their new places, that have been replaced. */
  replaced: string[]
}

/**
 * Writes anew whatever of a table names files by their old places: manifest lists, manifests, and position delete files,
 * whose rows and bounds hold paths. Ids, sequence numbers, tags and rows stay. Throws `lake_damaged` if a file is missing.
 */
export async function relocateTable(request: RelocateTable): Promise<Relocated> {
  const { storage, name, metadataLocation, move } = request
  const at = moved(metadataLocation, move)
  const metadata = parseMetadata(at, await storage.read(at))
  const replaced = [at]
  const rewriter = manifestRewriter(request, replaced)
  const snapshots = []
  for (const snapshot of metadata.snapshots) {
    const list = await rewriter.list(moved(snapshot['manifest-list'], move))
    snapshots.push({ ...snapshot, 'manifest-list': list })
  }
  // Older metadata files speak of the old places: the log begins anew.
  const next: TableMetadata = {
    ...metadata,
    location: moved(metadata.location, move),
    properties: Object.fromEntries(
      Object.entries(metadata.properties).map(([key, value]) => [key, moved(value, move)]),
    ),
    snapshots,
    'metadata-log': [],
    statistics: movedStatistics(metadata['statistics'], move),
    'partition-statistics': movedStatistics(metadata['partition-statistics'], move),
  }
  replaced.push(...metadata['metadata-log'].map((entry) => moved(entry['metadata-file'], move)))
  return { table: { name, metadataLocation, metadata: next }, replaced }
}

interface Entry {
  data_file: DataFile
}

function manifestRewriter(request: RelocateTable, replaced: string[]) {
  const { storage, move, label } = request
  const manifests = new Map<string, Promise<ManifestFile>>()
  const deletes = new Map<string, Promise<DataFile>>()

  const rewrite = async (location: string, name: (sealed: string) => string, change: (record: unknown) => Promise<unknown>) => {
    const file = readAvroFile(location, await storage.read(location))
    const records = []
    for (const record of file.records) records.push(await change(record))
    const bytes = encodeAvro(file.schema, records, file.meta)
    const to = `${folderOf(location)}/${name(sealedName(label, bytes))}`
    replaced.push(location)
    return { to, sizeBytes: await storage.writeNew(to, bytes) }
  }
  const dataFile = async (file: DataFile): Promise<DataFile> => {
    const at = moved(file.file_path, move)
    if (!(await storage.exists(at))) throw lakeDamaged(at, 'is missing')
    if (file.content !== CONTENT.positionDeletes) return { ...file, file_path: at }
    const known = deletes.get(at) ?? rewriteDeletes(request, at, file)
    if (!deletes.has(at)) replaced.push(at)
    deletes.set(at, known)
    return known
  }
  const manifest = async (listed: ManifestFile): Promise<ManifestFile> => {
    const at = moved(listed.manifest_path, move)
    const { to, sizeBytes } = await rewrite(at, (sealed) => `${sealed}-m0.avro`, async (record) => {
      const entry = record as Entry & { status: number }
      const gone = entry.status === DELETED
      return {
        ...entry,
        data_file: gone
          ? { ...entry.data_file, file_path: moved(entry.data_file.file_path, move) }
          : await dataFile(entry.data_file),
      }
    })
    return { ...listed, manifest_path: to, manifest_length: sizeBytes }
  }
  return {
    async list(location: string): Promise<string> {
      const id = /\/snap-(\d+)-/.exec(location)?.[1] ?? '0'
      const { to } = await rewrite(location, (sealed) => `snap-${id}-1-${sealed}.avro`, async (record) => {
        const listed = record as ManifestFile
        const known = manifests.get(listed.manifest_path) ?? manifest(listed)
        manifests.set(listed.manifest_path, known)
        const { manifest_path, manifest_length } = await known
        return { ...listed, manifest_path, manifest_length }
      })
      return to
    },
  }
}

/** Status of an entry whose file the snapshot removed: it may be gone, and nobody reads it. */
const DELETED = 2

async function rewriteDeletes(
  { storage, engine, move, label }: RelocateTable,
  at: string,
  file: DataFile,
): Promise<DataFile> {
  const to = `${folderOf(at)}/${label}-${labelledUuid(label)}.parquet`
  const [from, target] = [canonicalLocation(move.from), move.to]
  const path = "regexp_replace(file_path, '^file:(//)?/', '/')"
  const inside = `starts_with(${path}, ${literal(`${from}/`)})`
  const select = `SELECT CASE WHEN ${inside} THEN ${literal(target)} || substr(${path}, ${[...from].length + 1}) ELSE file_path END AS file_path, pos
    FROM read_parquet(${literal(storage.enginePath(at))}, hive_partitioning = false) ORDER BY ALL`
  const written = await engine.writeParquet(select, storage.enginePath(to), DELETE_SCHEMA)
  if (written.rows !== file.record_count)
    throw lakeDamaged(at, `holds ${written.rows} rows and should hold ${file.record_count}`)
  await storage.persist(to)
  const [lower, upper] = [movedBound(file.lower_bounds, move), movedBound(file.upper_bounds, move)]
  const both = lower !== undefined && upper !== undefined
  return {
    ...file,
    file_path: to,
    file_size_in_bytes: written.sizeBytes,
    split_offsets: null,
    lower_bounds: both ? lower : withoutPath(file.lower_bounds),
    upper_bounds: both ? upper : withoutPath(file.upper_bounds),
    ...(file.referenced_data_file ? { referenced_data_file: moved(file.referenced_data_file, move) } : {}),
  }
}

type Bounds = DataFile['lower_bounds']

/** Undefined where the bound of the path is not a path of the moved folder, as one that was cut: better none than a wrong one. */
function movedBound(bounds: Bounds, move: Move): Bounds | undefined {
  const path = bounds?.find((bound) => bound.key === DELETE_PATH_ID)?.value.toString()
  if (path === undefined) return undefined
  const next = moved(path, move)
  if (next === path) return undefined
  return bounds!.map((bound) => (bound.key === DELETE_PATH_ID ? { key: bound.key, value: Buffer.from(next) } : bound))
}

function withoutPath(bounds: Bounds): Bounds {
  return bounds?.filter((bound) => bound.key !== DELETE_PATH_ID) ?? null
}

function movedStatistics(entries: unknown, move: Move): unknown {
  if (!Array.isArray(entries)) return entries
  return entries.map((entry: { 'statistics-path': string }) => ({
    ...entry,
    'statistics-path': moved(entry['statistics-path'], move),
  }))
}

function readAvroFile(location: string, bytes: Buffer): AvroFile {
  refuseChanged(location, bytes)
  try {
    return decodeAvroFile(bytes)
  } catch (error) {
    throw lakeDamaged(location, `is not a whole Avro file (${(error as Error).message})`, error)
  }
}
