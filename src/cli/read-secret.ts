import { StringDecoder } from 'node:string_decoder'
import { BlotterError, interrupted } from '../errors.ts'
import type { Output } from './terminal.ts'

/** A stream that a secret is typed into, or comes from by a pipe. */
export type SecretInput = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?(raw: boolean): unknown; unref?(): unknown }

/** What stdin may hold at most; a key of any kind is far below. */
const LARGEST_BYTES = 64 * 1024

const ENTER = new Set(['\r', '\n', '\x04'])
const INTERRUPT = '\x03'
const ERASE = new Set(['\x7f', '\b'])
const ERASE_ALL = '\x15'
/** Arrows and other keys come as sequences; they edit nothing that nobody sees. */
const SEQUENCE = new RegExp(`\x1b${String.raw`(?:\[[\d;?]*[ -/]*[@-~]|O.)`}`, 'g')

/**
 * Asks for a secret without showing what is typed; from a pipe it is all that comes, less its last line break. Throws `usage`
 * for more than 64 KiB or what is no UTF-8, `interrupted` for Ctrl-C.
 */
export async function readSecret(input: SecretInput, err: Output, question: string, signal: AbortSignal): Promise<string> {
  if (input.isTTY !== true || !input.setRawMode) return piped(input, signal)
  await err.write(`${question}: `)
  input.setRawMode(true)
  try {
    return await typed(input, signal)
  } finally {
    input.setRawMode(false)
    input.pause()
    input.unref?.()
    await err.write('\n')
  }
}

async function piped(input: SecretInput, signal: AbortSignal): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  await each(input, signal, (chunk) => {
    bytes += chunk.length
    if (bytes > LARGEST_BYTES) throw unusable(`has more than ${LARGEST_BYTES / 1024} KiB`)
    chunks.push(chunk)
    return false
  })
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)).replace(/\r?\n$/, '')
  } catch {
    throw unusable('is no text in UTF-8')
  }
}

async function typed(input: SecretInput, signal: AbortSignal): Promise<string> {
  const decoder = new StringDecoder('utf8')
  let text = ''
  await each(input, signal, (chunk) => {
    for (const key of decoder.write(chunk).replaceAll(SEQUENCE, '')) {
      if (key === INTERRUPT) throw interrupted()
      if (ENTER.has(key)) return true
      if (ERASE.has(key)) text = [...text].slice(0, -1).join('')
      else if (key === ERASE_ALL) text = ''
      else if (key >= ' ') text += key
      if (text.length > LARGEST_BYTES) throw unusable(`has more than ${LARGEST_BYTES / 1024} KiB`)
    }
    return false
  })
  return text
}

/** Hands over what comes until the end, or until `take` says that it has enough. */
function each(input: SecretInput, signal: AbortSignal, take: (chunk: Buffer) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      input.removeListener('data', onData)
      input.removeListener('end', end)
      input.removeListener('error', fail)
      signal.removeEventListener('abort', abort)
    }
    const end = (): void => (stop(), resolve())
    const fail = (error: unknown): void => (stop(), reject(error))
    const abort = (): void => fail(signal.reason)
    const onData = (chunk: Buffer | string): void => {
      try {
        if (take(Buffer.from(chunk))) end()
      } catch (error) {
        fail(error)
      }
    }
    if (signal.aborted) return fail(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    input.on('data', onData).on('end', end).on('error', fail)
    input.resume()
  })
}

function unusable(why: string): BlotterError {
  return new BlotterError('usage', `What was given as the secret ${why}. Nothing was stored.`, {
    todo: 'Give the value itself: typed, or as a text file on stdin. Bytes are best given as Base64.',
  })
}
