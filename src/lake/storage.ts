import { BlotterError } from '../errors.ts'

/** A file as a listing shows it. */
export interface StoredFile {
  location: string
  sizeBytes: number
  modifiedMs: number
}

/**
 * Where a lake's files lie. Locations are those of Iceberg (`file:///lake/raw/crimes/metadata/…`), and every spelling that
 * `canonicalLocation` knows is taken. Errors: `disk_full`, `lake_unwritable`, and `lake_damaged` naming a missing file.
 */
export interface Storage {
  read(location: string): Promise<Buffer>
  /** The last bytes of a file; all of them when it is shorter. */
  readTail(location: string, sizeBytes: number): Promise<Buffer>
  sizeBytes(location: string): Promise<number>
  /** Makes a file what the engine can open at `enginePath(location)`, and gives its size. */
  provide(location: string): Promise<number>
  /** Resolves with the size once the bytes are durable. Fails when the file exists; it is complete or absent, never half. */
  writeNew(location: string, bytes: Uint8Array): Promise<number>
  /** Makes durable, and where it can be read-only, what an engine wrote at `enginePath(location)`. */
  persist(location: string): Promise<void>
  exists(location: string): Promise<boolean>
  /** All files under a folder, in any depth; nothing where there is no such folder. */
  list(folderLocation: string): AsyncIterable<StoredFile>
  /** Removing what is not there is no error. */
  remove(location: string): Promise<void>
  /** What the engine opens, once it is provided or written there: a plain path. */
  enginePath(location: string): string
}

/** The error for a file that metadata names but that is missing or does not hold what it should. */
export function lakeDamaged(location: string, what: string, cause?: unknown): BlotterError {
  return new BlotterError('lake_damaged', `${location} ${what}. Nothing was changed.`, {
    todo: 'Put the file back from a backup, or go back to an older batch; `blotter doctor` lists what is missing.',
    context: { file: location },
    cause,
  })
}

/** The error for a file that is whole, as far as one can tell, and that Blotter cannot read. */
export function unsupportedFile(location: string, what: string): BlotterError {
  return new BlotterError('unsupported', `${location} ${what}, which Blotter does not read. Nothing was changed.`, {
    todo: 'Rewrite the table with the engine that wrote it, or leave it to that engine.',
    context: { file: location },
  })
}
