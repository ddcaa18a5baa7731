import { BlotterError } from '../../errors.ts'
import { lakeDamaged } from '../storage.ts'

const MISSING = /No files found|Cannot open file|Could not (?:read|open)|Failed to read/
const BROKEN = new RegExp(
  [
    'magic bytes|too small to be a Parquet|footer length|in Parquet file|root schema|schema element', // The file as a whole.
    "thrift|TProtocol|TType|don't know what type|Payload value", // Its footer and the heads of its pages.
    'decompress|corrupt|out of buffer|page sizes|data page header|bit width', // Its pages.
  ].join('|'),
  'i',
)
/** Of what the engine says when bytes of Parquet make no sense, without a word on the file; a mistake in SQL may sound so too. */
const PERHAPS_BROKEN = /^(?:Invalid|Invalid Input|IO|Not implemented|INTERNAL|Serialization|Out of Range) Error/
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

/** The files that the text of a scan names. */
const SCANNED = /'(\/(?:[^']|'')*\.parquet)'/g

/**
 * What a failure is: `lake_damaged` with the file's name where a file is to blame, else the failure as it was. Where the
 * engine has named no file, those that the scans (SQL of `scanSql`) read are read whole, one by one, until one fails.
 */
export async function blameFile(
  error: unknown,
  engine: { rows(sql: string): Promise<unknown[]> },
  scans: readonly string[],
): Promise<unknown> {
  if (!(error instanceof BlotterError) || error.code !== 'query_failed') return error
  const paths = new Set(scans.flatMap((sql) => [...sql.matchAll(SCANNED)].map((found) => found[1]!)))
  const said = PATH.exec(error.message.split('\n', 1)[0]!)?.[1]
  const named = unreadableFile(error) || (said !== undefined && paths.has(said) ? said : undefined)
  if (named) return unreadable(named, error)
  if (unreadableFile(error) === undefined && !PERHAPS_BROKEN.test(error.message)) return error
  for (const path of paths) {
    const failure = await failureOf(engine, `SELECT bit_xor(hash(d)) FROM read_parquet('${path}', hive_partitioning = false) AS d`)
    if (failure) return unreadable(path.replaceAll("''", "'"), failure)
  }
  return unreadableFile(error) === undefined ? error : unreadable('', error)
}

async function failureOf(engine: { rows(sql: string): Promise<unknown[]> }, sql: string): Promise<BlotterError | undefined> {
  try {
    await engine.rows(sql)
  } catch (error) {
    // An engine that has given itself up fails at whatever it is asked.
    if (error instanceof BlotterError && error.code === 'query_failed' && !/invalidated/.test(error.message)) return error
  }
  return undefined
}

/** `lake_damaged` for a file that the engine could not read, with the engine's own word on it. */
export function unreadable(file: string, error: Error): BlotterError {
  const said = error.message.split('\n', 1)[0]!.replace(/^[A-Z][A-Za-z ]*Error: /, '').replace(/\.$/, '')
  return lakeDamaged(file === '' ? 'A file of the lake' : file, `cannot be read (${said})`, error)
}
