import { glob, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { type FileUrl, unescaped } from './url.ts'

/** A file as it was when the view was opened. */
export interface FoundFile {
  /** Absolute. */
  path: string
  /** As people know it: relative to the folder where that is shorter. */
  name: string
  sizeBytes: number
  /** What changes when a file is written or replaced: modification time in nanoseconds, inode, size. */
  mark: string
}

/** Files that the URL means, sorted by path. A file that bears the pattern as its very name is taken for itself. Throws
 * `source_file_missing`. */
export async function findFiles(url: FileUrl, folder: string): Promise<FoundFile[]> {
  const looked: string[] = []
  for (const pattern of [url.pattern, unescaped(url.pattern)]) {
    if (pattern === undefined) continue
    const absolute = resolve(folder, pattern)
    looked.push(absolute)
    const itself = await look(absolute, folder)
    if (itself) return [itself]
    const found: FoundFile[] = []
    // With `cwd` the folder's own brackets and stars mean themselves.
    for await (const path of glob(pattern, { cwd: folder })) {
      const file = await look(resolve(folder, path), folder)
      if (file) found.push(file)
    }
    if (found.length > 0) return found.sort((a, b) => (a.path < b.path ? -1 : 1))
  }
  throw await missing(looked)
}

async function look(path: string, folder: string): Promise<FoundFile | undefined> {
  try {
    const found = await stat(path, { bigint: true })
    if (!found.isFile()) return undefined
    const short = relative(folder, path)
    const name = short.startsWith('..') ? path : short
    return { path, name, sizeBytes: Number(found.size), mark: `${found.mtimeNs}/${found.ino}/${found.size}` }
  } catch {
    return undefined
  }
}

/** Throws `source_changed` when a file is not the one that was found. */
export async function sameAsFound(file: FoundFile): Promise<void> {
  const now = await look(file.path, dirname(file.path))
  if (now?.mark === file.mark) return
  const what = now === undefined ? 'is gone' : 'was written to'
  throw new BlotterError('source_changed', `${file.name} ${what} while it was read. Nothing was landed.`, {
    todo: 'Run `blotter run` again when the file is complete; write exports under another name and rename them when done.',
    context: { file: file.path },
  })
}

async function missing(looked: readonly string[]): Promise<BlotterError> {
  const first = looked[0]!
  let why = 'no file matches'
  if (await isFolder(first)) why = `it is a folder: say which files in it are meant, as in ${join(first, '*.csv')}`
  else {
    let above = dirname(first)
    while (!(await isFolder(above)) && dirname(above) !== above) above = dirname(above)
    if (above !== dirname(first) && !/[*?[{]/.test(dirname(first))) why = `there is ${above}, but no ${dirname(first)}`
  }
  return new BlotterError('source_file_missing', `Looked for ${looked.join(' and ')}: ${why}. Nothing was changed.`, {
    todo: 'Correct the source URL; a relative path begins at the configuration file’s folder, or at the one you are in.',
    context: { looked: [...looked] },
  })
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
