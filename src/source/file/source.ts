import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { monotonicSeconds } from '../../clock.ts'
import type { Extracted, ExtractOptions, Source, SourceDescription, SourceView } from '../source.ts'
import { type FoundFile, findFiles, sameAsFound } from './find.ts'
import { endIfAborted } from './interruption.ts'
import { unionOfColumns } from './names.ts'
import { openFile } from './open-file.ts'
import type { FileReader } from './reader.ts'
import { type FileUrl, parseFileUrl } from './url.ts'

export interface FileSourceOptions {
  /** Absolute; relative patterns begin here. */
  folder: string
}

/**
 * Files as a source: `file:GLOB[?partial=true&format=csv|tsv|parquet|json|ndjson&encoding=windows-1252]`, plain, `.gz` or
 * `.zst`, in the order of their paths. Format, compression and delimiter are found by looking; every file is staged with its
 * own columns. Throws `source_url_invalid` at once; `describe` and `open` throw `source_file_missing` and
 * `source_file_unreadable`, `extract` also `source_changed` when a file is written to meanwhile.
 */
export function openFileSource(url: string, options: FileSourceOptions): Source {
  const parsed = parseFileUrl(url)
  return {
    url,
    partial: parsed.partial,
    async describe(signal) {
      const files = await openAll(parsed, options.folder, signal, true)
      return descriptionOf(files.map((file) => file.reader))
    },
    async open(signal) {
      return viewOf(await openAll(parsed, options.folder, signal, false))
    },
    async mark(signal) {
      endIfAborted(signal)
      const files = await findFiles(parsed, options.folder)
      const hash = createHash('sha256').update(JSON.stringify(files.map(({ path, mark }) => [path, mark])))
      return `${files.length} files, ${hash.digest('hex').slice(0, 32)}`
    },
  }
}

interface OpenFile {
  file: FoundFile
  reader: FileReader
}

async function openAll(url: FileUrl, folder: string, signal: AbortSignal, glance: boolean): Promise<OpenFile[]> {
  const opened: OpenFile[] = []
  endIfAborted(signal)
  for (const file of await findFiles(url, folder)) {
    endIfAborted(signal)
    opened.push({ file, reader: await openFile(file, url, signal, glance) })
  }
  return opened
}

function descriptionOf(readers: readonly FileReader[]): SourceDescription {
  const kinds = [...new Set(readers.map((reader) => reader.kind))].join(', ')
  const estimates = readers.map((reader) => reader.rowsEstimate)
  const known = estimates.every((estimate) => estimate !== undefined)
  return {
    what: `${readers.length} ${kinds} file${readers.length === 1 ? '' : 's'}`,
    columns: unionOfColumns(readers.map((reader) => reader.columns)),
    ...(known ? { rowsEstimate: estimates.reduce((sum, estimate) => sum + estimate, 0) } : {}),
  }
}

function viewOf(opened: readonly OpenFile[]): SourceView {
  return {
    columns: unionOfColumns(opened.map(({ reader }) => reader.columns)),
    extract: (options) => extract(opened, options),
    async [Symbol.asyncDispose]() {},
  }
}

const PROGRESS_SECONDS = 0.25

async function extract(opened: readonly OpenFile[], { stage, signal, progress }: ExtractOptions): Promise<Extracted> {
  const all: Extracted = { parts: [], rows: 0, counted: 0 }
  let told = -Infinity
  for (const [i, { file, reader }] of opened.entries()) {
    endIfAborted(signal)
    await sameAsFound(file)
    const before = all.rows
    const tell = (rows: number): void => {
      if (monotonicSeconds() - told < PROGRESS_SECONDS) return
      told = monotonicSeconds()
      progress(before + rows)
    }
    const name = `${String(i + 1).padStart(4, '0')}-${safeName(file.name)}`
    const found = await reader.stage({ stage, name, signal, progress: tell }).catch(async (error: unknown) => {
      // A file that is written to is the likelier reason for whatever could not be read.
      await sameAsFound(file)
      throw error
    })
    all.parts.push(...found.parts)
    all.rows += found.rows
    all.counted = all.counted === undefined || found.counted === undefined ? undefined : all.counted + found.counted
  }
  endIfAborted(signal)
  for (const { file } of opened) await sameAsFound(file)
  progress(all.rows)
  return all
}

/** So that a person finds the staged file by the source's name, whatever signs that has. */
function safeName(name: string): string {
  return basename(name)
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .slice(0, 60)
}
