import { compressionOf, rawHead, type TextForm, textHead, unreadable } from './bytes.ts'
import { openCsv } from './csv.ts'
import type { FoundFile } from './find.ts'
import { openJson } from './json.ts'
import { openParquet } from './parquet.ts'
import type { FileReader } from './reader.ts'
import type { FileEncoding, FileFormat, FileUrl } from './url.ts'

/** Opens a file by what the URL says, else by its name's ending, else by its first bytes. */
export async function openFile(file: FoundFile, url: FileUrl, signal: AbortSignal, glance: boolean): Promise<FileReader> {
  if (file.sizeBytes === 0) throw unreadable(file, 'it is empty: not one byte is there')
  const head = await rawHead(file, 4096)
  const form: TextForm = { compression: compressionOf(head), encoding: url.encoding ?? encodingOf(head) }
  const format = url.format ?? formatByName(file.name)
  if (format === 'parquet' || (format === undefined && head.toString('latin1', 0, 4) === 'PAR1')) {
    if (form.compression !== 'none') throw unreadable(file, 'it is a compressed Parquet file', undefined, 'Unpack it first.')
    return openParquet(file)
  }
  if (format === 'json' || format === 'ndjson') return openJson(file, form, signal, glance)
  if (format !== undefined) return openCsv(file, form)
  const start = (await textHead(file, form, 4096)).toString('utf8').trimStart()
  if (start.startsWith('{') || start.startsWith('[')) return openJson(file, form, signal, glance)
  const csv = await openCsv(file, form)
  if (csv.columns.length > 1) return csv
  const todo = 'Say what it is (`file:x?format=csv`), or leave it out of the source URL’s pattern.'
  throw unreadable(file, 'neither its name nor its first bytes say what it is', undefined, todo)
}

function formatByName(name: string): FileFormat | undefined {
  const ending = /\.([a-z0-9]+)(?:\.(?:gz|gzip|zst|zstd))?$/i.exec(name)?.[1]?.toLowerCase()
  if (ending === 'csv' || ending === 'tsv' || ending === 'tab') return 'csv'
  if (ending === 'parquet' || ending === 'pq') return 'parquet'
  if (ending === 'json' || ending === 'ndjson' || ending === 'jsonl') return 'json'
  return undefined
}

/** By byte order mark; without one the text is UTF-8 until proved otherwise. */
function encodingOf(head: Buffer): FileEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}
