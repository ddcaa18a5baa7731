import { basename, join } from 'node:path'
import { monotonicSeconds } from '../../clock.ts'
import { identifier } from '../../model/sql-text.ts'
import type { ExtractOptions } from '../source.ts'
import { endIfAborted, lost } from './failure.ts'
import { type Page, pick, readPage } from './page.ts'
import { type PageStore, parquet, type StoredPage } from './page-store.ts'
import type { Portal } from './portal.ts'
import { pageParameters, ROW_ID } from './soql.ts'

/** One way through a dataset, in the order of its row identifiers. */
export interface Pass {
  fields: readonly string[]
  where: string | undefined
  /** Rows at a time. */
  pageRows: number
  /** Of `kept` rows of this pass: how many are still to come; undefined where that is not known. */
  missing(kept: number): number | undefined
  /** Whether a row is wanted, by the value of the first field. */
  wanted?(first: string | null): boolean
}

/** Reads passes page by page into a store. */
export interface Pager {
  /** Reads until no row is missing, or, where that is not known, until a page is not full. */
  run(pass: Pass): Promise<void>
  /** Files of all pages so far, and their rows. Throws `source_lost` if a row stands in them twice. */
  staged(): Promise<{ files: string[]; rows: number }>
}

/** What a portal that gives nothing, where rows are still missing, is asked again. */
const EMPTY_TRIES = 4
const PROGRESS_SECONDS = 0.25

export interface PagerInput {
  portal: Portal
  store: PageStore
  options: ExtractOptions
  /** Throws `source_changed` if the dataset is not what it was. */
  requireUnchanged(signal: AbortSignal): Promise<void>
}

export function createPager({ portal, store, options, requireUnchanged }: PagerInput): Pager {
  const { stage, signal } = options
  const { format, dataset } = portal.address
  const path = `/resource/${dataset}.${format}`
  const files: string[] = []
  let total = 0
  let told = -Infinity

  function count({ file, rows }: StoredPage): void {
    if (file !== null) files.push(join(store.folder, file))
    total += rows
    if (monotonicSeconds() - told < PROGRESS_SECONDS) return
    told = monotonicSeconds()
    options.progress(total)
  }

  async function write({ ids, columns }: Page, fields: readonly string[]): Promise<string | null> {
    if (ids.length === 0) return null
    const types = [ROW_ID, ...fields].map((name) => ({ name, type: 'VARCHAR' }))
    const writer = await stage.chunkWriter(store.folder, store.nextName(), types)
    try {
      await writer.write([ids, ...columns])
      endIfAborted(signal)
    } catch (error) {
      await writer.abandon()
      throw error
    }
    const written = await writer.finish()
    return basename(written.files[0]!)
  }

  return {
    async run({ fields, where, pageRows, missing, wanted }) {
      let before: ReadonlySet<string> = new Set()
      let after: string | undefined
      let kept = 0
      let empty = 0
      for (;;) {
        const due = missing(kept)
        if (due === 0) return
        const limit = Math.min(pageRows, due ?? pageRows)
        const parameters = pageParameters({ fields, where, after, limit })
        const request = `${path}?${new URLSearchParams(parameters)}`
        let stored = store.find(request)
        if (stored === undefined) {
          const page = await portal.get(path, parameters, (text) => readPage(text, format, fields, signal), signal)
          endIfAborted(signal)
          const fresh = newRows(page.ids, before)
          if (fresh.length === 0) {
            if (due === undefined) return
            // Either rows have gone since they were counted, or the portal is confused, which it may get over.
            await requireUnchanged(signal)
            if (++empty === EMPTY_TRIES) throw lost(portal.address, emptied(kept, due, page.ids.length))
            await portal.pause(empty, signal)
            continue
          }
          empty = 0
          const chosen = wanted ? fresh.filter((at) => wanted(page.columns[0]?.[at] ?? null)) : fresh
          const file = await write(pick(page, chosen), fields)
          stored = { file, rows: chosen.length, given: page.ids.length, last: page.ids[fresh.at(-1)!]! }
          await store.add(request, stored)
          before = new Set(page.ids)
        }
        count(stored)
        kept += stored.rows
        after = stored.last
        if (due === undefined && stored.given < limit) return
      }
    },
    async staged() {
      if (files.length > 0) {
        const ids = `SELECT count(DISTINCT ${identifier(ROW_ID)}) AS n FROM ${parquet(files)}`
        const [counted] = await stage.rows(ids)
        if (Number(counted?.['n']) !== total) {
          await store.clear()
          throw lost(portal.address, `it gave rows again that it had given before, ${total - Number(counted?.['n'])} of ${total}`)
        }
      }
      options.progress(total)
      return { files: [...files], rows: total }
    },
  }
}

/** Places of the rows that stand neither further up nor in the page before. */
function newRows(ids: readonly string[], before: ReadonlySet<string>): number[] {
  const seen = new Set<string>()
  return ids.flatMap((id, at) => {
    if (seen.has(id) || before.has(id)) return []
    seen.add(id)
    return [at]
  })
}

function emptied(kept: number, due: number, given: number): string {
  const what = given === 0 ? 'gave an empty page' : 'gave the same page again'
  return `it ${what} after ${kept} of ${kept + due} rows`
}
