import type { SourceColumn, SourceDefinition } from '../model/pipeline.ts'
import { duckdbType, identifier, literal } from '../model/sql-text.ts'
import type { StagedPart } from '../source/source.ts'
import type { ColumnMatch, Matching } from './columns.ts'
import { foundIdentifier, readColumn } from './read.ts'
import type { Reading, Repair } from './reading.ts'

/** A staged part with its columns bound to the declared ones. */
export interface BoundPart {
  part: StagedPart
  matching: Matching
  emptyIsNull: boolean
}

/** Names that the quarantine gives to what is no declared column. */
const EXTRA = identifier('found, not declared')

/**
 * SQL of a part's rows: `"found NAME"` as staged and `"NAME"` as read for each declared column, and `rule`, the first rule that the
 * row breaks by itself (NULL: none). The engine computes only those columns that the query around it names.
 */
export function partRows(definition: SourceDefinition, bound: BoundPart): string {
  const { part, matching, emptyIsNull } = bound
  const staged = matching.columns.map(foundColumn)
  const read = matching.columns.map((match) => ({ match, reading: readingOf(match, emptyIsNull) }))
  const values = read.map(({ match, reading }) => `${reading.value} AS ${identifier(match.column.name)}`)
  const rule = part.rule === undefined ? ruleOf(definition, read) : literal(part.rule)
  return `SELECT *, ${rule} AS rule FROM (SELECT *, ${values.join(',\n')}
    FROM (SELECT ${[...staged, `${extraJson(matching)} AS ${EXTRA}`].join(', ')} FROM ${parquet(part.files)}))`
}

/** SQL of the declared values of all parts and `rule`, one part after the other in the order in which they were staged. */
export function valueRows(definition: SourceDefinition, parts: readonly BoundPart[]): string {
  const names = definition.columns.map((column) => identifier(column.name))
  if (parts.length === 0) return `SELECT ${nothing(definition.columns)}, CAST(NULL AS VARCHAR) AS rule WHERE false`
  return parts.map((bound) => `SELECT ${names.join(', ')}, rule FROM (${partRows(definition, bound)})`).join('\nUNION ALL ')
}

/** SQL of one row as quarantine keeps it, to stand over `partRows`: a struct of key, declared columns and extra, all text as found. */
export function asFound(definition: SourceDefinition): string {
  const text = (name: string): string => `CAST(${foundIdentifier(name)} AS VARCHAR)`
  const columns = definition.columns.map(({ name }) => `${identifier(name)} := ${text(name)}`)
  return `struct_pack(key := ${text(definition.key)}, ${columns.join(', ')}, extra := ${EXTRA})`
}

/** SQL conditions over `partRows` by repair: each is true where one value of the row was repaired so. */
export function repairConditions({ matching, emptyIsNull }: BoundPart): Map<Repair, string[]> {
  const conditions = new Map<Repair, string[]>()
  for (const match of matching.columns) {
    for (const [repair, condition] of Object.entries(readingOf(match, emptyIsNull).repairs)) {
      conditions.set(repair as Repair, [...(conditions.get(repair as Repair) ?? []), condition])
    }
  }
  return conditions
}

function readingOf({ column, found }: ColumnMatch, emptyIsNull: boolean): Reading {
  if (!found) return { value: `CAST(NULL AS ${duckdbType(column.type)})`, repairs: {} }
  return readColumn(column, found.type, emptyIsNull)
}

function foundColumn({ column, found }: ColumnMatch): string {
  return `${found ? identifier(found.name) : 'CAST(NULL AS VARCHAR)'} AS ${foundIdentifier(column.name)}`
}

function ruleOf(
  { key }: SourceDefinition,
  read: readonly { match: ColumnMatch; reading: Reading }[],
): string {
  const broken = (rule: Reading['rule']): string[] =>
    read.flatMap(({ match, reading }) =>
      reading.rule === rule && reading.present ? [`(${reading.present} AND ${identifier(match.column.name)} IS NULL)`] : [],
    )
  const present = read.find(({ match }) => match.column.name === key)?.reading.present
  const keyless = `${identifier(key)} IS NULL${present ? ` AND (${present}) IS NOT TRUE` : ''}`
  const whens = [
    `WHEN ${keyless} THEN 'key_missing'`,
    ...(['bad_type', 'bad_date'] as const).flatMap((rule) => {
      const conditions = broken(rule)
      return conditions.length > 0 ? [`WHEN ${conditions.join(' OR ')} THEN '${rule}'`] : []
    }),
  ]
  return `CASE ${whens.join('\n')} END`
}

function extraJson({ extra }: Matching): string {
  if (extra.length === 0) return 'CAST(NULL AS VARCHAR)'
  const texts = extra.map((found) => `CAST(${identifier(found.name)} AS VARCHAR)`)
  const members = extra.map((found, i) => `${literal(found.name)}, ${texts[i]}`)
  return `CASE WHEN coalesce(${texts.join(', ')}) IS NOT NULL THEN CAST(json_object(${members.join(', ')}) AS VARCHAR) END`
}

function nothing(columns: readonly SourceColumn[]): string {
  return columns.map((c) => `CAST(NULL AS ${duckdbType(c.type)}) AS ${identifier(c.name)}`).join(', ')
}

function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map(literal).join(', ')}], hive_partitioning = false)`
}
