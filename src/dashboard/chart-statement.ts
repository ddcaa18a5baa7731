import type { Row } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { identifier, literal, tableIdentifier } from '../model/sql-text.ts'
import { dayText } from './memory/calendar.ts'
import type { DashboardDesk } from './dashboards.ts'
import type { Chart, Definition } from './definition/definition.ts'
import { checkFilters, type Filters } from './count/filters.ts'
import { hexagonKeySql } from './memory/hexagon.ts'
import { incidentColumns } from './incident-columns.ts'
import { type Incidents, keyColumn, keySql, placeSql, UNKNOWN } from './memory/keyed.ts'
import { SHARE_DIGITS, SMALLEST_BASE } from './count/share.ts'

/** Constant tables of the pipeline by name: a query knows only tables of batches, so that the statement brings them along. */
export type References = Readonly<Record<string, readonly Row[]>>

export interface StatementWish {
  at: string
  filters: Filters
  /** A chart's id. */
  chart: string
}

/** The SQL that gives a chart's figures, and the batch to run it as of. Throws `usage` for a chart that has none. */
export async function askStatement(
  dashboards: DashboardDesk,
  name: string,
  { at, chart, filters }: StatementWish,
): Promise<{ batch_at: string; sql: string }> {
  const { loaded } = await dashboards.open(name, at)
  const { definition, memory } = loaded
  const { incidents, references: known } = dashboards.lake
  const references: Record<string, readonly Row[]> = {}
  for (const one of known)
    if (definition.incidents.includes(one))
      references[one] = await loaded.read((engine) => engine.rows(`SELECT * FROM ${tableIdentifier(one)}`))
  return { batch_at: memory.batchAt, sql: chartStatement({ definition, incidents, references }, chart, filters) }
}

interface Told {
  definition: Definition
  incidents: Incidents
  references: References
}

/**
 * A SELECT (DuckDB) over the tables of a batch with a row for each value that has incidents: `key`, `value`, `base` and
 * `share`, as the figures of that chart under these filters; a chart of incidents lists them. Throws `usage`.
 */
export function chartStatement({ definition, incidents, references }: Told, id: string, filters: Filters): string {
  const chart = definition.charts.find((one) => one.id === id)
  if (!chart || chart.kind === 'maturity') throw noStatement(definition, id)
  const own = 'dimension' in chart ? chart.dimension : undefined
  const asked = Object.entries(filters.keys).filter(([name, keys]) => name !== own && keys.length > 0)
  const isOverTime = own !== undefined && definition.dimensions[own]!.kind === 'time'
  const { from, to } = checkFilters(definition, isOverTime ? { keys: filters.keys } : filters)
  const key = (name: string): string => keyTextSql(definition, incidents, name)
  const day = `${identifier(incidents.occurred)}::date`
  const conditions = [
    ...asked.map(([name, keys]) => `${key(name)} in (${keys.map(literal).join(', ')})`),
    ...(from === undefined ? [] : [`${day} >= date ${literal(dayText(from))}`]),
    ...(to === undefined ? [] : [`${day} <= date ${literal(dayText(to))}`]),
  ]
  const names = [...(own === undefined ? [] : [own]), ...asked.map(([name]) => name)]
  return [
    `-- ${chart.title.replaceAll(/\s+/g, ' ')}`,
    `with ${sources(definition, references).join(',\n')}`,
    `select\n  ${(own === undefined ? listed(definition) : figures(definition, key(own))).join(',\n  ')}`,
    `from ${placed(definition, incidents, names)}`,
    ...conditions.map((condition, i) => `${i === 0 ? 'where' : '  and'} ${condition}`),
    own === undefined
      ? `order by ${newestFirst(incidents)}`
      : `group by 1\norder by ${ORDER[chart.kind] ?? '2 desc, 3 desc, 1'}`,
  ].join('\n')
}

/** Others come with the most first. */
const ORDER: Partial<Record<Chart['kind'], string>> = { columns: '1', heat_map: '1' }

function figures({ measure }: Definition, key: string): string[] {
  const value = `count(*) filter (where ${measure.value.when})`
  return [
    `${key} as key`,
    `${value} as value`,
    'count(*) as base',
    `case when count(*) >= ${SMALLEST_BASE} then round(${value} / count(*), ${SHARE_DIGITS}) end as share`,
  ]
}

function listed(definition: Definition): string[] {
  return incidentColumns(definition).map(({ name }) => identifier(name))
}

function newestFirst({ occurred, key }: Incidents): string {
  return `${identifier(occurred)} desc, ${identifier(key)} desc`
}

/** An incident's key in a dimension as the figures tell it. */
function keyTextSql(definition: Definition, { occurred }: Incidents, name: string): string {
  const dimension = definition.dimensions[name]!
  const at = identifier(occurred)
  if (dimension.kind === 'time') return `strftime(${at}, '%Y-%m')`
  const key = dimension.kind === 'hexagon' ? hexagonKeySql(identifier(keyColumn(name))) : keySql(name, dimension, at)
  return `coalesce(${key}, ${literal(UNKNOWN)})`
}

/** The incidents, where need be with the numbers of their hexagons: expressions that are too long to stand in several places. */
function placed({ dimensions }: Definition, { occurred }: Incidents, names: readonly string[]): string {
  const hexagons = [...new Set(names)].filter((name) => dimensions[name]!.kind === 'hexagon')
  if (hexagons.length === 0) return 'incidents'
  const steps = hexagons.flatMap((name) => placeSql(name, dimensions[name]!))
  const numbers = hexagons.map(
    (name) => `${keySql(name, dimensions[name]!, identifier(occurred))} as ${identifier(keyColumn(name))}`,
  )
  return `(\n  select *, ${numbers.join(', ')}\n  from (select *, ${steps.join(', ')} from incidents)\n)`
}

/** The constant tables, written out, and the incidents as the dashboard's file declares them. */
function sources({ incidents }: Definition, references: References): string[] {
  const tables = Object.entries(references).map(([name, rows]) => {
    const columns = Object.keys(rows[0] ?? {})
    const values = rows.map((row) => `  (${columns.map((column) => textSql(row[column])).join(', ')})`)
    return `${identifier(name)} (${columns.map(identifier).join(', ')}) as (values\n${values.join(',\n')}\n)`
  })
  // `reference.crime_types` becomes the name, in quotes, of what the statement itself brings.
  const own = incidents
    .trim()
    .replaceAll(/'(?:[^']|'')*'|--[^\n]*|\w+\.\w+/g, (found) =>
      Object.hasOwn(references, found) ? identifier(found) : found,
    )
  return [...tables, `incidents as (\n${own.replaceAll(/^(?=.)/gm, '  ')}\n)`]
}

function textSql(value: Row[string] | undefined): string {
  return value === null || value === undefined ? 'null' : literal(String(value))
}

function noStatement({ charts }: Definition, id: string): BlotterError {
  const known = charts.filter(({ kind }) => kind !== 'maturity').map((one) => one.id)
  return new BlotterError('usage', `${JSON.stringify(id.slice(0, 80))} has no SQL of its own.`, {
    todo: `Name one of ${known.join(', ')}.`,
  })
}
