import { fileURLToPath } from 'node:url'
import { BlotterError } from '../../errors.ts'

export const FORMATS = ['csv', 'tsv', 'parquet', 'json', 'ndjson'] as const
export type FileFormat = (typeof FORMATS)[number]

const ENCODINGS = ['utf-8', 'windows-1252', 'utf-16le', 'utf-16be'] as const
export type FileEncoding = (typeof ENCODINGS)[number]

export interface FileUrl {
  /** An absolute or relative path or glob, percent-escapes of the `file://` form undone. */
  pattern: string
  partial: boolean
  /** What the URL says; undefined means that the file is looked at. */
  format?: FileFormat
  encoding?: FileEncoding
}

const OPTIONS = /\?([a-z_]+=[^?]*)$/i

/**
 * Reads `file:GLOB[?partial=true&format=csv&encoding=windows-1252]` and `file:///ABSOLUTE/PATH` (RFC 8089). A `?` that no
 * `name=value` follows is the glob's own. Throws `source_url_invalid`.
 */
export function parseFileUrl(url: string): FileUrl {
  if (!/^file:/i.test(url)) throw invalid(url, 'it does not begin with `file:`')
  const rest = url.slice('file:'.length)
  const options = OPTIONS.exec(rest)
  const path = options ? rest.slice(0, options.index) : rest
  const parsed: FileUrl = { pattern: patternOf(url, path), partial: false }
  for (const [name, value] of new URLSearchParams(options?.[1] ?? '')) readOption(url, parsed, name, value)
  return parsed
}

function readOption(url: string, parsed: FileUrl, name: string, value: string): void {
  if (name === 'partial') {
    if (value !== 'true' && value !== 'false') throw invalid(url, `\`partial\` is true or false, not \`${value}\``)
    parsed.partial = value === 'true'
  } else if (name === 'format') {
    parsed.format = oneOf(url, name, FORMATS, value)
  } else if (name === 'encoding') {
    parsed.encoding = oneOf(url, name, ENCODINGS, value)
  } else {
    throw invalid(url, `\`${name}\` is not an option of a file source; they are partial, format and encoding`)
  }
}

function oneOf<T extends string>(url: string, name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((one) => one === value.toLowerCase())
  if (found === undefined) throw invalid(url, `\`${name}\` is one of ${allowed.join(', ')}, not \`${value}\``)
  return found
}

function patternOf(url: string, path: string): string {
  if (path === '') throw invalid(url, 'it names no file')
  if (!path.startsWith('//')) return path
  const host = path.slice(2).split('/', 1)[0]!
  if (host !== '' && host !== 'localhost') {
    throw invalid(url, `\`${host}\` stands where a host belongs (write \`file:${host}…\` or \`file:///…\`)`)
  }
  try {
    // A glob's own signs would be taken for the query and the fragment of the URL.
    return fileURLToPath(
      `file://${path
        .slice(2 + host.length)
        .replaceAll('?', '%3F')
        .replaceAll('#', '%23')}`,
    )
  } catch (error) {
    throw invalid(url, error instanceof Error ? error.message : String(error))
  }
}

/** `file:my%20file.csv`, as a browser would write it, for when no file bears the name as it stands. */
export function unescaped(pattern: string): string | undefined {
  if (!/%[0-9a-f]{2}/i.test(pattern)) return undefined
  try {
    return decodeURIComponent(pattern)
  } catch {
    return undefined
  }
}

function invalid(url: string, why: string): BlotterError {
  return new BlotterError('source_url_invalid', `The source URL \`${url}\` cannot be read: ${why}.`, {
    todo: 'Write it as `file:exports/*.csv`, `file:/absolute/path.parquet` or `file:daily.json?partial=true`.',
    context: { url },
  })
}
