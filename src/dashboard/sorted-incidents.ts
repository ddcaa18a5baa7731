import { BlotterError } from '../errors.ts'
import { identifier } from '../model/sql-text.ts'
import { filterSql } from './count/filter-sql.ts'
import type { Filters } from './count/filters.ts'
import type { Definition } from './definition/definition.ts'
import { incidentColumns } from './incident-columns.ts'
import type { DashboardLake } from './lake.ts'
import { dayNumberSql } from './memory/calendar.ts'
import type { Loaded } from './memory/loaded.ts'
import { keyedSql } from './memory/keyed.ts'

/** An incident of a page, and the day on which it happened: days since 1970-01-01. */
export interface FoundIncident {
  key: bigint
  day: number
}

/** What a page is in the order of. */
export interface Order {
  /** A column that the dashboard lists; undefined for when incidents happened. */
  column: string | undefined
  isDown: boolean
}

/** By this name every dashboard can be sorted, whatever its column of the time is called. */
const TIME = 'date'

/** Reads `block` or `-block`, the largest first. Throws `usage` for what the dashboard does not list. */
export function readOrder(definition: Definition, { occurred }: DashboardLake['incidents'], sort: string): Order {
  const isDown = sort.startsWith('-')
  const column = isDown ? sort.slice(1) : sort
  if (column === TIME || column === occurred) return { column: undefined, isDown }
  const known = incidentColumns(definition).map(({ name }) => name)
  if (known.includes(column)) return { column, isDown }
  throw new BlotterError('usage', `The list cannot be sorted by ${JSON.stringify(column.slice(0, 80))}.`, {
    todo: `Sort by ${TIME} or one of ${known.join(', ')}, with - in front for the largest first.`,
  })
}

/** Which part of how many. */
interface Page {
  isDown: boolean
  filters: Filters
  offset: number
  limit: number
  total: number
}

/**
 * A page of the incidents that pass, in the order of a column; the engine sorts them. Those without a value come last, and
 * those of one value by time and key, the newest first, so that no page depends on how the others were cut. What lies nearer
 * to the end is looked for from there: an engine holds all that comes before a page.
 */
export async function incidentsByColumn(
  { incidents }: DashboardLake,
  loaded: Loaded,
  column: string,
  { isDown, filters, offset, limit, total }: Page,
): Promise<FoundIncident[]> {
  const { definition } = loaded
  const [key, occurred] = [identifier(incidents.key), identifier(incidents.occurred)]
  const end = Math.min(offset + limit, total)
  if (offset >= end) return []
  const fromEnd = offset > total - end
  const direction = (down: boolean): string => (down === fromEnd ? 'ASC' : 'DESC')
  const found = `${key}::VARCHAR AS "blotter key", ${dayNumberSql(occurred)} AS "blotter day"`
  const rows = await loaded.read((engine) =>
    engine.rows(`SELECT ${found} FROM (${keyedSql(definition, incidents)})
      WHERE ${filterSql(definition, incidents, filters)}
      ORDER BY ${identifier(column)} ${direction(isDown)} NULLS ${fromEnd ? 'FIRST' : 'LAST'},
        ${occurred} ${direction(true)}, ${key} ${direction(true)}
      LIMIT ${end - offset} OFFSET ${fromEnd ? total - end : offset}`),
  )
  const page = rows.map((row) => ({ key: BigInt(String(row['blotter key'])), day: Number(row['blotter day']) }))
  return fromEnd ? page.reverse() : page
}
