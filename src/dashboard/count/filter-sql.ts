import { identifier, literal } from '../../model/sql-text.ts'
import { dayNumberSql } from '../memory/calendar.ts'
import type { Definition } from '../definition/definition.ts'
import { checkFilters, type Filters } from './filters.ts'
import { hexagonNumber } from '../memory/hexagon.ts'
import { type Incidents, keyColumn, UNKNOWN } from '../memory/keyed.ts'

/** The filters as a SQL condition on what `keyedSql` selects. Throws `usage` as `checkFilters` does. */
export function filterSql(definition: Definition, { occurred }: Incidents, filters: Filters): string {
  const { from, to } = checkFilters(definition, filters)
  const day = dayNumberSql(identifier(occurred))
  const conditions = Object.entries(filters.keys)
    .filter(([, keys]) => keys.length > 0)
    .map(([name, keys]) => {
      const column = identifier(keyColumn(name))
      const values = keys.filter((key) => key !== UNKNOWN).flatMap((key) => valueSql(definition, name, key))
      const known = values.length > 0 ? `${column} IN (${values.join(', ')})` : 'false'
      return keys.includes(UNKNOWN) ? `(${known} OR ${column} IS NULL)` : `(${known})`
    })
  if (from !== undefined) conditions.push(`${day} >= ${from}`)
  if (to !== undefined) conditions.push(`${day} <= ${to}`)
  return conditions.length > 0 ? conditions.join(' AND ') : 'true'
}

function valueSql(definition: Definition, name: string, key: string): string[] {
  if (definition.dimensions[name]!.kind !== 'hexagon') return [literal(key)]
  const number = hexagonNumber(key)
  return number === undefined ? [] : [String(number)]
}
