import { basename, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { monotonicSeconds } from '../../clock.ts'
import type { BlotterError } from '../../errors.ts'
import { identifier } from '../../model/sql-text.ts'
import type { ExtractOptions, Stage } from '../source.ts'
import { endIfAborted, lost, notWhole } from './failure.ts'
import { type Page, pick, readPage } from './page.ts'
import { type PageStore, parquet, type StoredPage } from './page-store.ts'
import type { Portal } from './portal.ts'
import { behindParameters, pageParameters, ROW_ID } from './soql.ts'

/** One way through a dataset, in the order of its row identifiers. */
export interface Pass {
  fields: readonly string[]
  where: string | undefined
  /** Rows at a time. */
  pageRows: number
  /** How many rows are to come. Absent where that is not known: then a page that is not full is the last one. */
  rows?: number
  /** Whether there is no further row than these `rows`. */
  isAll?: boolean
  /** Without `rows`: how many come at least, whether pages are full or not. */
  least?: number
  /** Whether a row is wanted, by the value of the first field. */
  wanted?(first: string | null): boolean
}

/** Reads passes page by page into a store. */
export interface Pager {
  /** Reads all rows of a pass. Throws `source_lost` where some are missing, or more come than there are. */
  run(pass: Pass): Promise<void>
  /** Files of all pages so far, and their rows. Throws `source_lost` if a row stands in them twice. */
  staged(): Promise<{ files: string[]; rows: number }>
}

/** How often a portal is asked that gives nothing where rows are still missing. */
const EMPTY_TRIES = 4
const PROGRESS_SECONDS = 0.25
/** Rows that are written between two looks at the outside world: two of the engine's vectors. */
const CHUNK_ROWS = 4096

export interface PagerInput {
  portal: Portal
  store: PageStore
  options: ExtractOptions
  /** Throws `source_changed` if the dataset is not what it was. */
  requireUnchanged(signal: AbortSignal): Promise<void>
}

export function createPager({ portal, store, options, requireUnchanged }: PagerInput): Pager {
  const { signal, progress } = options
  const files: string[] = []
  let total = 0
  let told = -Infinity

  function count({ files: added, rows }: StoredPage): void {
    files.push(...added.map((file) => join(store.folder, file)))
    total += rows
    if (monotonicSeconds() - told < PROGRESS_SECONDS) return
    told = monotonicSeconds()
    progress(total)
  }

  /** What is wrong with the whole may be of any page, so that none is kept. */
  async function thrownAway(why: string): Promise<BlotterError> {
    await store.clear()
    return notWhole(portal.address, why)
  }

  async function staged(): ReturnType<Pager['staged']> {
    const twice = total - (await differentRows(files, options.stage))
    if (twice > 0) throw await thrownAway(`it gave rows again that it had given before, ${twice} of ${total}`)
    progress(total)
    return { files: [...files], rows: total }
  }

  return {
    async run(pass) {
      const { fields, where, pageRows, rows, least = 0 } = pass
      let before: ReadonlySet<string> = new Set()
      let after: string | undefined
      let kept = 0
      let empty = 0
      for (let due = rows; due !== 0; due = rows === undefined ? undefined : Math.max(0, rows - kept)) {
        const limit = Math.min(pageRows, due ?? pageRows)
        const parameters = pageParameters({ fields, where, after, limit })
        const request = requestOf(portal, parameters)
        let stored = store.find(request)
        if (stored === undefined) {
          const page = await askPage(portal, parameters, fields, signal)
          const fresh = newRows(page.ids, before)
          if (fresh.length === 0) {
            const missing = due ?? least - kept
            if (missing <= 0) return
            // Either rows have gone since they were counted, or the portal is confused, which it may get over.
            await requireUnchanged(signal)
            if (++empty === EMPTY_TRIES) throw await thrownAway(emptied(kept, missing, page.ids.length))
            await portal.pause(empty, signal)
            continue
          }
          empty = 0
          stored = await storePage(page, fresh, pass, store, options)
          await store.add(request, stored)
          before = new Set(page.ids)
        }
        count(stored)
        kept += stored.rows
        after = stored.last
        if (due === undefined && stored.given < limit && kept >= least) return
      }
      if (!pass.isAll) return
      // A count may come from another server than rows do, and be behind them.
      const further = await askPage(portal, behindParameters(where, after), [], signal)
      if (newRows(further.ids, before).length === 0) return
      await staged()
      await requireUnchanged(signal)
      throw lost(portal.address, `it gives more than the ${kept} rows that it counts`)
    },
    staged,
  }
}

function pathOf({ address }: Portal): string {
  return `/resource/${address.dataset}.${address.format}`
}

function requestOf(portal: Portal, parameters: Record<string, string>): string {
  return `${pathOf(portal)}?${new URLSearchParams(parameters).toString()}`
}

async function askPage(
  portal: Portal,
  parameters: Record<string, string>,
  fields: readonly string[],
  signal: AbortSignal,
): Promise<Page> {
  const read = (text: string): Promise<Page> => readPage(text, portal.address.format, fields, signal)
  const page = await portal.get(pathOf(portal), parameters, read, signal)
  // A reading that was interrupted ends early.
  endIfAborted(signal)
  return page
}

/** Stages the wanted ones of the fresh rows of a page. */
async function storePage(
  page: Page,
  fresh: readonly number[],
  { fields, wanted }: Pass,
  store: PageStore,
  { stage, signal }: ExtractOptions,
): Promise<StoredPage> {
  const chosen = wanted ? fresh.filter((at) => wanted(page.columns[0]?.[at] ?? null)) : fresh
  const outline = { rows: chosen.length, given: page.ids.length, last: page.ids[fresh.at(-1)!]! }
  if (chosen.length === 0) return { files: [], ...outline }
  const types = [ROW_ID, ...fields].map((name) => ({ name, type: 'VARCHAR' }))
  const writer = await stage.chunkWriter(store.folder, store.nextName(), types)
  try {
    const { ids, columns } = pick(page, chosen)
    for (let from = 0; from < ids.length; from += CHUNK_ROWS) {
      await writer.write([ids, ...columns].map((column) => column.slice(from, from + CHUNK_ROWS)))
      await setImmediate()
      endIfAborted(signal)
    }
  } catch (error) {
    await writer.abandon()
    throw error
  }
  const written = await writer.finish()
  return { files: written.files.map((file) => basename(file)), ...outline }
}

async function differentRows(files: readonly string[], stage: Stage): Promise<number> {
  if (files.length === 0) return 0
  const [counted] = await stage.rows(`SELECT count(DISTINCT ${identifier(ROW_ID)}) AS n FROM ${parquet(files)}`)
  return Number(counted?.['n'])
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
