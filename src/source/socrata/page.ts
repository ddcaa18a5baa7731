import { setImmediate } from 'node:timers/promises'
import { csvRecords } from './csv-page.ts'
import { jsonRecords } from './json-page.ts'
import { ROW_ID } from './soql.ts'
import type { PageFormat } from './url.ts'

/** Rows of one answer as columns of text, each value as it was found. */
export interface Page {
  ids: string[]
  /** In the order of the fields that were asked for. */
  columns: (string | null)[][]
}

/** Rows between two looks at the outside world. */
const PAUSE_ROWS = 4096

/**
 * Reads an answer in which the row identifier stands beside `fields`. Throws SyntaxError, also where a row lacks its
 * identifier; gives way to signals and timers now and then, and ends early once `signal` is aborted.
 */
export async function readPage(
  text: string,
  format: PageFormat,
  fields: readonly string[],
  signal: AbortSignal,
): Promise<Page> {
  const names = [ROW_ID, ...fields]
  const page: Page = { ids: [], columns: fields.map(() => []) }
  for (const [id, ...values] of format === 'json' ? jsonRecords(text, names) : csvRecords(text, names)) {
    if (typeof id !== 'string' || id === '') throw new SyntaxError(`row ${page.ids.length + 1} has no ${ROW_ID}`)
    page.ids.push(id)
    for (let i = 0; i < values.length; i++) page.columns[i]!.push(values[i]!)
    if (page.ids.length % PAUSE_ROWS !== 0) continue
    await setImmediate()
    if (signal.aborted) break
  }
  return page
}

/** The rows at these places alone. */
export function pick(page: Page, places: readonly number[]): Page {
  if (places.length === page.ids.length) return page
  return { ids: places.map((at) => page.ids[at]!), columns: page.columns.map((column) => places.map((at) => column[at]!)) }
}
