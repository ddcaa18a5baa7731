import { createHash, randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { literal } from '../../model/sql-text.ts'
import type { Stage } from '../source.ts'

/** A page that is staged whole. */
export interface StoredPage {
  /** File names of its rows, none where none of them was wanted. */
  files: string[]
  /** Rows in the files. */
  rows: number
  /** Rows that the portal gave. */
  given: number
  /** The row identifier that it ended with. */
  last: string
}

/**
 * Pages in a folder that outlives the attempt which read them, found again by what was asked for. `pages.ndjson` tells what
 * is whole, a line a page: a process that dies while it writes loses that page and no other.
 */
export interface PageStore {
  readonly folder: string
  find(request: string): StoredPage | undefined
  /** A name for the files of the next page. */
  nextName(): string
  add(request: string, page: StoredPage): Promise<void>
  /** Forgets all pages and removes them. */
  clear(): Promise<void>
}

const LIST = 'pages.ndjson'

/** Opens the folder; what it holds of another `view` (what was asked, of which state of the dataset) is removed. */
export async function openPageStore(folder: string, view: unknown, stage: Stage): Promise<PageStore> {
  const head = JSON.stringify({ view })
  const pages = await wholePages(folder, head, stage)
  if (pages.size === 0) await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const list = join(folder, LIST)
  const begin = [head, ...[...pages].map(([key, page]) => JSON.stringify([key, page]))]
  // Written anew, since a line that a dying process left half written would spoil the one behind it.
  await writeFile(`${list}.new`, `${begin.join('\n')}\n`, { flush: true })
  await rename(`${list}.new`, list)
  let names = pages.size
  return {
    folder,
    find: (request) => pages.get(keyOf(request)),
    // An engine may remember what a file of this name held a moment ago, so that no name is taken twice.
    nextName: () => `page-${String(++names).padStart(6, '0')}-${randomBytes(4).toString('hex')}`,
    async add(request, page) {
      await appendFile(list, `${JSON.stringify([keyOf(request), page])}\n`)
      pages.set(keyOf(request), page)
    },
    async clear() {
      pages.clear()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function wholePages(folder: string, head: string, stage: Stage): Promise<Map<string, StoredPage>> {
  const [first, ...lines] = (await readFile(join(folder, LIST), 'utf8').catch(() => '')).split('\n')
  if (first !== head) return new Map()
  const pages = new Map(lines.flatMap(lineOf))
  const whole = [...pages.values()]
  const rows = whole.reduce((sum, page) => sum + page.rows, 0)
  const files = whole.flatMap((page) => page.files.map((file) => join(folder, file)))
  const found = await rowsIn(files, stage)
  return found === rows ? pages : new Map()
}

function lineOf(line: string): [string, StoredPage][] {
  try {
    const [key, page] = JSON.parse(line) as [string, StoredPage]
    return [[key, page]]
  } catch {
    return []
  }
}

/** Undefined where a file is missing or cut: a machine that lost its power may have kept the list and not the page. */
async function rowsIn(files: readonly string[], stage: Stage): Promise<number | undefined> {
  if (files.length === 0) return 0
  try {
    const [counted] = await stage.rows(`SELECT count(*) AS n FROM ${parquet(files)}`)
    return Number(counted?.['n'])
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'interrupted') throw error
    return undefined
  }
}

/** Staged files as a table in SQL. */
export function parquet(files: readonly string[]): string {
  const paths = files.map((file) => literal(file.replaceAll(/[*?[]/g, (sign) => `[${sign}]`)))
  return `read_parquet([${paths.join(', ')}], hive_partitioning = false)`
}

/** Requests are some kilobytes long; what tells them apart need not be. */
function keyOf(request: string): string {
  return createHash('sha256').update(request).digest('base64url')
}
