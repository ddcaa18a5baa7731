import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { identifier } from '../../model/sql-text.ts'
import type { Extracted, ExtractOptions, FoundColumn } from '../source.ts'
import { type Mark, markText, readMark, sameMark } from './dataset.ts'
import { changed } from './failure.ts'
import { openPageStore, parquet } from './page-store.ts'
import { createPager, type Pager } from './pager.ts'
import type { Portal } from './portal.ts'
import { every, field, planKeys } from './soql.ts'

/** A dataset, or the part of it that is asked for, as it was when the view was opened. */
export interface DatasetToRead {
  portal: Portal
  columns: readonly FoundColumn[]
  where: string | undefined
  mark: Mark
}

export interface DatasetReader {
  all(options: ExtractOptions): Promise<Extracted>
  sweep(options: ExtractOptions & { key: string; cursor: string }): Promise<Extracted>
  fetch(options: ExtractOptions & { key: string; keys: AsyncIterable<bigint[]> }): Promise<Extracted>
}

/**
 * A portal has no snapshots. What it has is a count and the newest `:updated_at`: each reading asks for both again at its
 * end, and unless they are what they were, what was read is no state that the dataset ever had: `source_changed`.
 */
export function datasetReader({ portal, columns, where, mark }: DatasetToRead): DatasetReader {
  const { address } = portal
  const names = columns.map((column) => column.name)
  const rows = Math.min(mark.rows, address.limit ?? mark.rows)
  let keyless = 0

  async function requireUnchanged(signal: AbortSignal): Promise<void> {
    const now = await readMark(portal, where, signal)
    if (!sameMark(mark, now)) throw changed(address, markText(mark), markText(now))
  }

  async function read(kind: string, options: ExtractOptions, passes: (pager: Pager) => Promise<void>) {
    const folder = join(options.resumeFolder ?? options.stage.folder, `socrata-${kind}`)
    const store = await openPageStore(folder, { of: `${address.origin}/${address.dataset}`, ...mark }, options.stage)
    const pager = createPager({ portal, store, options, requireUnchanged })
    await passes(pager)
    const staged = await pager.staged()
    await requireUnchanged(options.signal)
    return staged
  }

  const whole = (fields: readonly string[]) => (pager: Pager) =>
    pager.run({ fields, where, pageRows: address.pageRows, rows, isAll: rows === mark.rows })

  return {
    async all(options) {
      const staged = await read('extract', options, whole(names))
      return { ...extracted(staged, columns), counted: rows }
    },

    // Keys of all rows are swept each time, although `:updated_at` would tell what is new in one small answer: it cannot
    // tell what has vanished, since a row that is gone has no stamp; it moves for every row when a portal loads its data
    // anew; and what the lake holds may be older than any stamp that was noted. It is believed in one thing only: where
    // neither it nor the count has moved, nothing has.
    async sweep(options) {
      const { stage, key, cursor } = options
      const staged = await read('sweep', options, whole([key, cursor]))
      const found = [key, cursor].flatMap((name) => columns.find((column) => column.name === name) ?? [])
      if (staged.rows === 0) return { ...extracted(staged, found), counted: rows }
      const path = join(stage.folder, `sweep-${randomUUID()}.parquet`)
      const list = found.map((column) => identifier(column.name)).join(', ')
      const number = `TRY_CAST(${identifier(key)} AS BIGINT)`
      await stage.writeParquet(`SELECT ${list} FROM ${parquet(staged.files)} ORDER BY ${number}`, path)
      const [counted] = await stage.rows(`SELECT count(*) AS n FROM ${parquet([path])} WHERE ${number} IS NULL`)
      keyless = Number(counted?.['n'])
      return { ...extracted({ files: [path], rows: staged.rows }, found), counted: rows }
    },

    async fetch(options) {
      const { key } = options
      // The key comes first, so that the pager can pick by it.
      const fields = [key, ...names.filter((name) => name !== key)]
      const pass = (condition: string, least: number) => {
        return { fields, where: every(where, condition), pageRows: address.pageRows, least }
      }
      const staged = await read('fetch', options, async (pager) => {
        for await (const keys of gathered(options.keys, address.pageRows)) {
          for (const piece of planKeys(key, keys)) {
            const asked = new Set(piece.keys)
            const wanted = (found: string | null): boolean => found !== null && asked.has(keyOf(found))
            await pager.run({ ...pass(piece.where, asked.size), wanted })
          }
        }
        if (keyless > 0) await pager.run(pass(`${field(key)} IS NULL`, keyless))
      })
      return extracted(staged, columns)
    },
  }
}

function extracted({ files, rows }: { files: string[]; rows: number }, columns: readonly FoundColumn[]): Extracted {
  return { parts: files.length === 0 ? [] : [{ files, columns: [...columns], rows }], rows }
}

/** Keys as the portal writes whole numbers; whatever else it may write is none that was asked for. */
function keyOf(text: string): bigint {
  const digits = /^-?\d+(?=(?:\.0*)?$)/.exec(text)?.[0]
  return digits === undefined ? -(2n ** 64n) : BigInt(digits)
}

/** The same keys, as many at a time as make a page. */
async function* gathered(keys: AsyncIterable<bigint[]>, most: number): AsyncGenerator<bigint[]> {
  let waiting: bigint[] = []
  for await (const some of keys) {
    waiting = waiting.concat(some)
    while (waiting.length >= most) {
      yield waiting.slice(0, most)
      waiting = waiting.slice(most)
    }
  }
  if (waiting.length > 0) yield waiting
}
