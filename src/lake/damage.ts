import { BlotterError } from '../errors.ts'
import { lakeDamaged } from './storage.ts'

const MISSING = /No files found|Cannot open file|Could not (?:read|open)|Failed to read/
const BROKEN = /magic bytes|too small to be a Parquet|decompress|thrift|TProtocol|corrupt/i
const PATH = /['"]((?:\/|[A-Za-z]:[\\/])[^'"\n]*)['"]/

/**
 * The file that the engine could not read, by what it said of it: missing, cut off or not Parquet. An empty text if it
 * named none; undefined if it failed for another reason.
 */
export function unreadableFile(error: unknown): string | undefined {
  if (!(error instanceof BlotterError) || error.code !== 'query_failed') return undefined
  const [said = ''] = error.message.split('\n', 1)
  return MISSING.test(said) || BROKEN.test(said) ? (PATH.exec(said)?.[1] ?? '') : undefined
}

/** `lake_damaged` for a file that the engine could not read, with the engine's own word on it. */
export function unreadable(file: string, error: Error): BlotterError {
  const said = error.message.split('\n', 1)[0]!.replace(/^[A-Z][A-Za-z ]*Error: /, '').replace(/\.$/, '')
  return lakeDamaged(file === '' ? 'A file of the lake' : file, `cannot be read (${said})`, error)
}
