import type { FoundColumn } from '../source.ts'
import { noTable } from './failure.ts'
import type { Portal } from './portal.ts'

/** What the portal tells of a dataset. */
export interface Dataset {
  name: string
  /** Without the portal's own fields (`:id`, `:@computed_region_…`) and hidden ones. */
  columns: FoundColumn[]
}

/** Asks for name and columns of the dataset. Throws `source_table_missing`, also where it is no table. */
export async function readDataset(portal: Portal, signal: AbortSignal): Promise<Dataset> {
  const { address } = portal
  const dataset = await portal.get(`/api/views/${address.dataset}.json`, {}, datasetOf, signal)
  if (dataset.columns.length === 0) throw noTable(address)
  return dataset
}

function datasetOf(text: string): Dataset {
  const { name, columns = [] } = JSON.parse(text) as { name?: unknown; columns?: unknown }
  if (typeof name !== 'string' || !Array.isArray(columns)) throw new SyntaxError('it describes no dataset')
  return { name, columns: columns.flatMap(columnOf) }
}

function columnOf(column: { fieldName?: unknown; dataTypeName?: unknown; flags?: unknown } | null): FoundColumn[] {
  const { fieldName, dataTypeName, flags } = column ?? {}
  if (typeof fieldName !== 'string') throw new SyntaxError('it describes a column without a name')
  if (fieldName.startsWith(':') || (Array.isArray(flags) && flags.includes('hidden'))) return []
  return [{ name: fieldName, type: 'text', declared: String(dataTypeName ?? 'unknown') }]
}

/**
 * By what it is seen that a dataset, or the part of it that is asked for, is as it was: whatever comes or is edited has a
 * newer stamp than all others, and whatever goes alone makes fewer rows.
 */
export interface Mark {
  rows: number
  /** The newest `:updated_at`, as found; null where there is no row. */
  newest: string | null
}

/** The cheap question whether there is anything new at all: one answer of one row. */
export function readMark(portal: Portal, where: string | undefined, signal: AbortSignal): Promise<Mark> {
  const parameters = {
    $select: 'count(*) AS row_count,max(:updated_at) AS newest',
    ...(where === undefined ? {} : { $where: where }),
  }
  return portal.get(`/resource/${portal.address.dataset}.json`, parameters, markOf, signal)
}

function markOf(text: string): Mark {
  const [counted] = JSON.parse(text) as { row_count?: unknown; newest?: unknown }[]
  const rows = Number(counted?.row_count ?? Number.NaN)
  if (!Number.isSafeInteger(rows)) throw new SyntaxError('it does not say how many rows there are')
  return { rows, newest: typeof counted?.newest === 'string' ? counted.newest : null }
}

export function sameMark(a: Mark, b: Mark): boolean {
  return a.rows === b.rows && a.newest === b.newest
}

/** `8,012,345 rows, newest 2026-11-23T10:00:00.000Z`. */
export function markText({ rows, newest }: Mark): string {
  return `${rows} rows${newest === null ? '' : `, the newest of ${newest}`}`
}
