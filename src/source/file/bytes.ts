import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import { BlotterError } from '../../errors.ts'
import type { FoundFile } from './find.ts'
import type { FileEncoding } from './url.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

/** How a text file's bytes become UTF-8. */
export interface TextForm {
  compression: Compression
  encoding: FileEncoding
}

const CHUNK_BYTES = 1 << 20

/** Compression by the file's first bytes, so that a name may lie. */
export function compressionOf(head: Buffer): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip'
  if (head.length >= 4 && (head.readUInt32LE(0) === 0xfd2fb528 || head.readUInt32LE(0) >>> 4 === 0x0184d2a5)) return 'zstd'
  return 'none'
}

/** The first bytes of the file as they lie on the disk. */
export async function rawHead(file: FoundFile, bytes: number): Promise<Buffer> {
  try {
    await using handle = await open(file.path)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    throw readError(file, error)
  }
}

/** The file's text as UTF-8 without byte order mark, at least `bytes` of it where there are as many. */
export async function textHead(file: FoundFile, form: TextForm, bytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of textBytes(file, form)) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= bytes) break
  }
  return Buffer.concat(chunks)
}

/** The file's text as UTF-8 without byte order mark, a chunk at a time. UTF-8 itself is passed on unchecked. */
export async function* textBytes(file: FoundFile, form: TextForm): AsyncGenerator<Buffer> {
  try {
    if (form.encoding !== 'utf-8') {
      yield* recoded(plainBytes(file, form.compression), form.encoding)
      return
    }
    let first = true
    for await (const chunk of plainBytes(file, form.compression)) {
      yield first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf ? chunk.subarray(3) : chunk
      first = false
    }
  } catch (error) {
    throw readError(file, error)
  }
}

async function* recoded(chunks: AsyncIterable<Buffer>, encoding: FileEncoding): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }))
  yield Buffer.from(decoder.decode())
}

async function* plainBytes(file: FoundFile, compression: Compression): AsyncGenerator<Buffer> {
  if (compression === 'none') yield* chunksOf(createReadStream(file.path, { highWaterMark: CHUNK_BYTES }))
  else if (compression === 'gzip') {
    const unpack = createGunzip({ chunkSize: CHUNK_BYTES })
    pipeline(createReadStream(file.path, { highWaterMark: CHUNK_BYTES }), unpack, () => {})
    yield* chunksOf(unpack)
  } else yield* zstdBytes(file)
}

/** Node's decompressor stops after one frame, silently; a file of several (`pzstd`, `cat`) needs one for each. */
async function* zstdBytes(file: FoundFile): AsyncGenerator<Buffer> {
  for (let start = 0; start < file.sizeBytes;) {
    const unpack = createZstdDecompress({ chunkSize: CHUNK_BYTES })
    pipeline(createReadStream(file.path, { start, highWaterMark: CHUNK_BYTES }), unpack, () => {})
    yield* chunksOf(unpack)
    if (unpack.bytesWritten === 0) throw unreadable(file, 'its zstd stream makes no progress: the file is damaged')
    start += unpack.bytesWritten
  }
}

async function* chunksOf(stream: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  for await (const chunk of stream) yield chunk as Buffer
}

/** The error of a file that cannot be read, whatever went wrong beneath; others' own errors stay as they are. */
export function readError(file: FoundFile, error: unknown): unknown {
  if (error instanceof BlotterError || (error instanceof Error && error.name === 'AbortError')) return error
  const code = (error as { code?: unknown } | null)?.code
  if (code === 'ENOSPC') return error
  const message = error instanceof Error ? error.message : String(error)
  if (code === 'EACCES' || code === 'EPERM') {
    return unreadable(file, message, error, 'Give the user that runs blotter leave to read it.')
  }
  if (code === 'Z_BUF_ERROR') return unreadable(file, 'its compressed data end in the middle: the file is cut', error)
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return unreadable(file, 'it is not in the encoding that the URL or its byte order mark says', error)
  }
  return unreadable(file, message, error)
}

/** `source_file_unreadable`: names the file and says why; `todo` is what to do where it is not to fetch the file again. */
export function unreadable(file: FoundFile, why: string, cause?: unknown, todo?: string): BlotterError {
  return new BlotterError('source_file_unreadable', `${file.name} cannot be read: ${why}. Nothing was landed.`, {
    todo: todo ?? 'Fetch or export the file again, then run `blotter run` again.',
    context: { file: file.path },
    cause,
  })
}
