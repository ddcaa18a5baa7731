import { BlotterError } from '../../errors.ts'
import type { Schema } from '../../model/schema.ts'
import { CONTENT, deleteTarget, type LiveFile } from '../format/data-file.ts'
import { canonicalLocation } from '../location.ts'
import { readManifest, readManifestList } from '../format/manifest.ts'
import type { Snapshot } from '../format/metadata.ts'
import { markFilesWithoutIds, nameMapping } from '../format/name-mapping.ts'
import { refuseNestedRenames } from '../format/nested-names.ts'
import { partitionKey } from '../format/partition.ts'
import { lakeDamaged, type Storage } from '../storage.ts'
import { snapshotOf, type Table, tableSchema } from '../table.ts'

/** A delete file that hides rows of a data file; `exclusive` when it speaks of no other data file. */
export interface ScanDelete extends LiveFile {
  /** What the engine opens. */
  path: string
  exclusive: boolean
}

/** A data file and the delete files that hide rows of it. */
export interface ScanFile extends LiveFile {
  /** What the engine opens. */
  path: string
  deletes: readonly ScanDelete[]
  /** For a file whose columns have no field ids: the SQL of each column that it has a value of, by the schema's name. */
  byName?: ReadonlyMap<string, string>
}

/** What is to be read for all rows of one snapshot of a table. */
export interface Scan {
  table: string
  schema: Schema
  files: readonly ScanFile[]
  /** Live rows. */
  rows: number
  /** False when other writers' delete files may name a row twice, or rows that are gone: then `rows` is a lower bound. */
  rowsExact: boolean
}

/**
 * Plans the reading of a snapshot (undefined: a table without any), in the schema it was made with unless one is given.
 * Throws `lake_damaged` for a file that is missing, or is not as long as it was, and `unsupported` for what cannot be read.
 */
export async function planScan(
  storage: Storage,
  table: Table,
  snapshot: Snapshot | undefined,
  schema?: Schema,
): Promise<Scan> {
  const current = snapshot === undefined || snapshot === snapshotOf(table)
  const columns = schema ?? tableSchema(table, current ? undefined : snapshot)
  refuseNestedRenames(table.name, columns, table.metadata.schemas)
  const scan = scanOf(table.name, columns, snapshot ? await liveFiles(storage, snapshot) : [], storage.enginePath)
  await refuseOtherSizes(storage, scan)
  const names = nameMapping(table.metadata)
  return names ? { ...scan, files: await markFilesWithoutIds(storage, table.metadata, columns, scan.files, names) } : scan
}

/** All files that a snapshot holds, data and deletes. */
export async function liveFiles(storage: Storage, snapshot: Snapshot): Promise<LiveFile[]> {
  const manifests = await readManifestList(storage, snapshot['manifest-list'])
  return (await Promise.all(manifests.map((manifest) => readManifest(storage, manifest)))).flat()
}

const SIZES_AT_ONCE = 64

/** Parquet as DuckDB writes and reads it has no checksums; a length that differs is what can be seen at no cost. */
async function refuseOtherSizes(storage: Storage, scan: Scan): Promise<void> {
  const files = [...liveFilesOf(scan).values()]
  for (let start = 0; start < files.length; start += SIZES_AT_ONCE) {
    await Promise.all(
      files.slice(start, start + SIZES_AT_ONCE).map(async ({ file_path: path, file_size_in_bytes: written }) => {
        const found = await storage.provide(path)
        if (found !== written) throw lakeDamaged(path, `has ${found} bytes and should have ${written}`)
      }),
    )
  }
}

/** Every file of a scan, data and deletes, by its path: each once, whatever it hides. */
export function liveFilesOf(scan: Scan): Map<string, LiveFile['file']> {
  const files = scan.files.flatMap(({ file, deletes }) => [file, ...deletes.map((one) => one.file)])
  return new Map(files.map((file) => [file.file_path, file]))
}

/** Decides which delete file hides rows of which data file (Iceberg specification v2, Scan Planning). */
export function scanOf(
  table: string,
  schema: Schema,
  live: readonly LiveFile[],
  enginePath: (location: string) => string,
): Scan {
  const data = live.filter(({ file }) => file.content === CONTENT.data)
  const deletes = live.filter(({ file }) => file.content !== CONTENT.data)
  for (const { file } of live) refuseUnreadable(table, file)

  const byTarget = new Map<string, ScanDelete[]>()
  const byPartition = new Map<string, ScanDelete[]>()
  for (const one of deletes) {
    const target = deleteTarget(one.file)
    const planned = { ...one, path: enginePath(one.file.file_path), exclusive: target !== undefined }
    if (target === undefined) push(byPartition, partitionKey(one.file), planned)
    else push(byTarget, canonicalLocation(target), planned)
  }
  const files = data.map((one) => {
    const partition = partitionKey(one.file)
    const named = byTarget.get(canonicalLocation(one.file.file_path)) ?? []
    // A delete file of another partition is void, even one that names the file: so Spark and Trino read it.
    const own = named.filter((candidate) => partitionKey(candidate.file) === partition)
    const wide = byPartition.get(partition) ?? []
    const hiding = [...own, ...wide].filter((candidate) => candidate.sequenceNumber >= one.sequenceNumber)
    return { ...one, path: enginePath(one.file.file_path), deletes: hiding }
  })
  // Those without deletes first: each kind is read together, and its files then lie one after the other.
  files.sort((a, b) => Number(a.deletes.length > 0) - Number(b.deletes.length > 0))
  return { table, schema, files, ...countRows(files) }
}

function countRows(files: readonly ScanFile[]): { rows: number; rowsExact: boolean } {
  const useful = new Set(files.flatMap((file) => file.deletes.map((one) => one.file)))
  const hidden = [...useful].reduce((rows, file) => rows + file.record_count, 0)
  const rows = files.reduce((sum, { file }) => sum + file.record_count, 0)
  const rowsExact = files.every(({ deletes }) => deletes.length === 0 || (deletes.length === 1 && deletes[0]!.exclusive))
  return { rows: Math.max(0, rows - hidden), rowsExact }
}

function refuseUnreadable(table: string, file: LiveFile['file']): void {
  const what = unreadableKind(file)
  if (what === undefined) return
  throw new BlotterError('unsupported', `${table} holds ${what} (${file.file_path}), which Blotter does not read.`, {
    todo: 'Rewrite its data files with the engine that wrote them (Spark: CALL system.rewrite_data_files).',
    context: { table, file: file.file_path },
  })
}

function unreadableKind(file: LiveFile['file']): string | undefined {
  if (file.content === CONTENT.equalityDeletes) return 'equality deletes'
  if (file.content !== CONTENT.data && file.content !== CONTENT.positionDeletes) return `files of the unknown kind ${file.content}`
  if (file.key_metadata) return 'encrypted files'
  return file.file_format.toUpperCase() === 'PARQUET' ? undefined : `${file.file_format} files`
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}
