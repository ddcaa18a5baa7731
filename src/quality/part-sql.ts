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

interface ColumnReading {
  match: ColumnMatch
  reading: Reading
}

/** What the rows of a part hold beside the declared columns, as JSON. */
const EXTRA = identifier('found, not declared')

/**
 * SQL of a part's rows: `"found NAME"` as staged and `"NAME"` as read for each declared column, and `rule`, the first rule
 * that the row breaks by itself (NULL: none). The engine computes only those columns that the query around it names.
 */
export function partRows(definition: SourceDefinition, { part, matching, emptyIsNull }: BoundPart): string {
  // What goes to quarantine whatever it holds is not read at all.
  const lost = part.rule !== undefined
  const read = matching.columns.map((match) => {
    return { match, reading: lost ? unread(match.column) : readingOf(match, emptyIsNull) }
  })
  const values = read.map(({ match, reading }) => `${reading.value} AS ${identifier(match.column.name)}`)
  const found = [...matching.columns.map(foundColumn), `${extraJson(matching)} AS ${EXTRA}`]
  return `SELECT *, ${part.rule ? literal(part.rule) : ruleOf(definition, read)} AS rule FROM (
    SELECT *, ${values.join(',\n')} FROM (SELECT ${found.join(', ')} FROM ${parquet(...part.files)}))`
}

/**
 * SQL of the declared values of all rows that break no rule by themselves, one part after the other in the order in which
 * they were staged. Only `broken` parts are searched for rows to leave out.
 */
export function goodRows(definition: SourceDefinition, parts: readonly BoundPart[], broken: ReadonlySet<BoundPart>): string {
  const names = definition.columns.map((column) => identifier(column.name)).join(', ')
  if (parts.length === 0) {
    const nothing = definition.columns.map((column) => `${unread(column).value} AS ${identifier(column.name)}`)
    return `SELECT ${nothing.join(', ')} WHERE false`
  }
  return parts
    .map((bound) => `SELECT ${names} FROM (${partRows(definition, bound)})${broken.has(bound) ? ' WHERE rule IS NULL' : ''}`)
    .join('\nUNION ALL ')
}

/** SQL of a row as it was found, to stand over `partRows`: a struct of key, declared columns and extra, all text. */
export function asFound(definition: SourceDefinition): string {
  const text = (name: string): string => `CAST(${foundIdentifier(name)} AS VARCHAR)`
  const columns = definition.columns.map(({ name }) => `${identifier(name)} := ${text(name)}`)
  return `struct_pack(key := ${text(definition.key)}, ${columns.join(', ')}, extra := ${EXTRA})`
}

/** SQL conditions over `partRows` by repair: each is true where one value of a row that broke no rule was repaired so. */
export function repairConditions({ matching, emptyIsNull }: BoundPart): Map<Repair, string[]> {
  const conditions = new Map<Repair, string[]>()
  for (const match of matching.columns) {
    for (const [repair, condition] of Object.entries(readingOf(match, emptyIsNull).repairs) as [Repair, string][]) {
      conditions.set(repair, [...(conditions.get(repair) ?? []), condition])
    }
  }
  return conditions
}

/** Files as a table in SQL, whatever signs their paths have: neither a pattern nor `name=value` folders are looked for. */
export function parquet(...files: readonly string[]): string {
  const paths = files.map((file) => literal(file.replaceAll(/[*?[]/g, (sign) => `[${sign}]`)))
  return `read_parquet([${paths.join(', ')}], hive_partitioning = false)`
}

function readingOf({ column, found }: ColumnMatch, emptyIsNull: boolean): Reading {
  return found ? readColumn(column, found.type, emptyIsNull) : unread(column)
}

function unread(column: SourceColumn): Reading {
  return { value: `CAST(NULL AS ${duckdbType(column.type)})`, repairs: {} }
}

function foundColumn({ column, found }: ColumnMatch): string {
  return `${found ? identifier(found.name) : 'CAST(NULL AS VARCHAR)'} AS ${foundIdentifier(column.name)}`
}

/** The first rule that a row breaks: no key, then what cannot be read as its type, then what is no date. */
function ruleOf({ key }: SourceDefinition, read: readonly ColumnReading[]): string {
  const present = read.find(({ match }) => match.column.name === key)?.reading.present
  const keyless = `${identifier(key)} IS NULL${present ? ` AND (${present}) IS NOT TRUE` : ''}`
  const unreadable = (['bad_type', 'bad_date'] as const).flatMap((rule) => {
    const broken = read.filter(({ reading }) => reading.rule === rule && reading.present)
    const conditions = broken.map(({ match, reading }) => `${reading.present} AND ${identifier(match.column.name)} IS NULL`)
    return conditions.length > 0 ? [`WHEN ${conditions.join(' OR ')} THEN ${literal(rule)}`] : []
  })
  return `CASE WHEN ${keyless} THEN 'key_missing' ${unreadable.join('\n')} END`
}

function extraJson({ extra }: Matching): string {
  if (extra.length === 0) return 'CAST(NULL AS VARCHAR)'
  const texts = extra.map((found) => `CAST(${identifier(found.name)} AS VARCHAR)`)
  const members = extra.map((found, i) => `${literal(found.name)}, ${texts[i]}`)
  return `CASE WHEN coalesce(${texts.join(', ')}) IS NOT NULL THEN CAST(json_object(${members.join(', ')}) AS VARCHAR) END`
}
