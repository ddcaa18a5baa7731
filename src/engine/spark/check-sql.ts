import type { SourceColumn } from '../../model/pipeline.ts'
import { identifier } from '../../model/sql-text.ts'
import type { BatchPlan, PlannedColumn } from '../application.ts'
import { sparkLiteral, sparkType } from './dialect.ts'
import { foundIdentifier, readColumn, textOf } from './read-column.ts'
import type { Reading } from './reading.ts'
import { extraName } from './source-sql.ts'

interface ColumnReading {
  planned: PlannedColumn
  reading: Reading
}

/** Staged rows as found and as read, with the first rule that each breaks by itself (NULL: none). */
export function readRows({ pipeline, source }: BatchPlan): string {
  const read = source.columns.map((planned) => ({ planned, reading: readingOf(planned) }))
  const found = source.columns.map(
    ({ column, found: there }) => `${foundSql(column, there)} AS ${foundIdentifier(column.name)}`,
  )
  const values = read.map(({ planned, reading }) => `${reading.value} AS ${identifier(planned.column.name)}`)
  return `SELECT *,\n  ${ruleOf(pipeline.source.key, read)} AS rule
FROM (
  SELECT *,
    ${values.join(',\n    ')}
  FROM (
    SELECT
      ${[...found, `${extraJson(source)} AS extra`].join(',\n      ')}
    FROM extracted
  )
)`
}

/** Rows without a rule, where no key stands more than once. */
export function goodRows({ pipeline }: BatchPlan): string {
  return `SELECT ${pipeline.source.columns.map(({ name }) => identifier(name)).join(', ')} FROM readable`
}

/** Rows without a rule, each key once: repeated keys by their newest content, if there is only one. */
export function goodAmongRepeats({ pipeline }: BatchPlan): string {
  const { columns, key } = pipeline.source
  const names = columns.map(({ name }) => identifier(name)).join(', ')
  return `SELECT ${names} FROM readable LEFT ANTI JOIN repeated_keys USING (${identifier(key)})
UNION ALL
SELECT ${names} FROM newest_contents WHERE contents = 1`
}

/** Keys that stand more than once among rows without a rule. */
export function repeatedKeys({ pipeline }: BatchPlan): string {
  const key = identifier(pipeline.source.key)
  return `SELECT ${key} FROM readable GROUP BY ${key} HAVING count(*) > 1`
}

/** Of repeated keys the contents with the newest cursor, exact repeats as one, and how many different ones there are. */
export function newestContents({ pipeline }: BatchPlan): string {
  const { columns, key, cursor } = pipeline.source
  const names = columns.map(({ name }) => identifier(name)).join(', ')
  return `SELECT ${names}, count(*) OVER (PARTITION BY ${identifier(key)}) AS contents
FROM (
  SELECT *, max(${identifier(cursor)}) OVER (PARTITION BY ${identifier(key)}) AS newest
  FROM (SELECT DISTINCT ${names} FROM readable LEFT SEMI JOIN repeated_keys USING (${identifier(key)}))
)
WHERE ${identifier(cursor)} <=> newest`
}

/** Rows for quarantine, all as found: those that break a rule by themselves. */
export function badRows(plan: BatchPlan): string {
  return `SELECT ${asFound(plan, 'rule')}\nFROM read_rows WHERE rule IS NOT NULL`
}

/** The same, and contents that contradict each other under one key. */
export function badAmongRepeats(plan: BatchPlan): string {
  const { columns, key, cursor } = plan.pipeline.source
  const names = columns.map(({ name }) => `r.${identifier(name)}`).join(', ')
  const same = (name: string): string => `r.${identifier(name)} <=> c.${identifier(name)}`
  return `${badRows(plan)}
UNION ALL
SELECT ${asFound(plan, "'duplicate_key'")}
FROM (
  SELECT r.*, row_number() OVER (PARTITION BY ${names} ORDER BY r.${identifier(key)}) AS nth
  FROM readable r LEFT SEMI JOIN (SELECT * FROM newest_contents WHERE contents > 1) c
    ON ${[key, cursor].map(same).join(' AND ')}
)
WHERE nth = 1`
}

function asFound({ pipeline, source }: BatchPlan, rule: string): string {
  const { key } = pipeline.source
  const texts = source.columns.map(({ column, found }) => {
    return `${textOf(found?.staged ?? 'text', foundIdentifier(column.name))} AS ${identifier(column.name)}`
  })
  const keyText = textOf(
    source.columns.find(({ column }) => column.name === key)?.found?.staged ?? 'text',
    foundIdentifier(key),
  )
  return `${rule} AS rule, ${keyText} AS key,\n  ${texts.join(',\n  ')},\n  extra`
}

/** Keys of quarantined rows, as far as they can be read. */
export function badKeys({ pipeline }: BatchPlan): string {
  const { key, columns } = pipeline.source
  const declared = columns.find(({ name }) => name === key)!
  const { value } = readColumn(declared, 'text', 'key')
  return `SELECT DISTINCT ${value} AS key FROM bad WHERE ${value} IS NOT NULL`
}

/** One row: rows read and without a rule, and values repaired in the latter, by repair. */
export function readCounts({ source }: BatchPlan): string {
  const repairs = new Map<string, string[]>()
  for (const planned of source.columns) {
    for (const [repair, condition] of Object.entries(readingOf(planned).repairs)) {
      repairs.set(repair, [...(repairs.get(repair) ?? []), `count_if(rule IS NULL AND (${condition}))`])
    }
  }
  const counts = [...repairs].map(([repair, values]) => `${values.join('\n    + ')} AS ${identifier(repair)}`)
  return `SELECT\n  ${['count(*) AS rows_read', 'count_if(rule IS NULL) AS rows_readable', ...counts].join(',\n  ')}\nFROM read_rows`
}

/** One row: good rows that each of the pipeline's warnings is about; NULL where there is no warning to count. */
export function warningCounts({ pipeline }: BatchPlan): string | undefined {
  const counts = Object.entries(pipeline.raw.warnings).map(([name, condition]) => {
    const filled = condition.replaceAll(/:now\b/g, "timestamp_ntz '${now}'")
    return `count_if(${filled}) AS ${identifier(name)}`
  })
  return counts.length > 0 ? `SELECT\n  ${counts.join(',\n  ')}\nFROM good` : undefined
}

/** Key and cursor of the whole source as read. */
export function sweptKeys({ pipeline, source }: BatchPlan): string {
  const value = (name: string): string => {
    const planned = source.columns.find(({ column }) => column.name === name)!
    return readColumn(planned.column, planned.found!.staged, identifier(name)).value
  }
  return `SELECT ${value(pipeline.source.key)} AS key, ${value(pipeline.source.cursor)} AS cursor FROM swept_rows`
}

function readingOf({ column, found }: PlannedColumn): Reading {
  return found ? readColumn(column, found.staged) : { value: `CAST(NULL AS ${sparkType(column.type)})`, repairs: {} }
}

function foundSql({ name }: SourceColumn, found: PlannedColumn['found']): string {
  if (!found) return 'CAST(NULL AS STRING)'
  return `CAST(${identifier(name)} AS ${STAGED_TYPE[found.staged]})`
}

const STAGED_TYPE = { long: 'BIGINT', double: 'DOUBLE', text: 'STRING' } as const

function ruleOf(key: string, read: readonly ColumnReading[]): string {
  const present = read.find(({ planned }) => planned.column.name === key)?.reading.present
  const keyless = `${identifier(key)} IS NULL${present ? ` AND (${present}) IS NOT TRUE` : ''}`
  const unreadable = (['bad_type', 'bad_date'] as const).flatMap((rule) => {
    const broken = read.filter(({ reading }) => reading.rule === rule && reading.present)
    const conditions = broken.map(
      ({ planned, reading }) => `${reading.present} AND ${identifier(planned.column.name)} IS NULL`,
    )
    return conditions.length > 0 ? [`WHEN ${conditions.join('\n    OR ')} THEN '${rule}'`] : []
  })
  return `CASE WHEN ${keyless} THEN 'key_missing'\n    ${unreadable.join('\n    ')} END`
}

function extraJson({ extra }: BatchPlan['source']): string {
  if (extra.length === 0) return 'CAST(NULL AS STRING)'
  const texts = extra.map((_, i) => `CAST(${identifier(extraName(i))} AS STRING)`)
  const members = extra.map(({ name }, i) => `${sparkLiteral(name)}, ${texts[i]}`)
  const json = `to_json(named_struct(${members.join(', ')}), map('ignoreNullFields', 'false'))`
  return `CASE WHEN coalesce(${texts.join(', ')}) IS NOT NULL THEN ${json} END`
}
