import { changedColumnsSql, kindsSql, type TextLists } from '../../model/kinds.ts'
import { identifier } from '../../model/sql-text.ts'
import type { BatchPlan } from '../application.ts'
import { BATCH_AT, onBranch, published, sparkLiteral, sparkType } from './dialect.ts'

/** What differs between the raw table and the good rows, incident by incident: key, kinds, columns, before, after. */
export function changedRows({ pipeline: { source, raw } }: BatchPlan): string {
  const { columns, key } = source
  const names = columns.map(({ name }) => name)
  const id = identifier(key)
  const struct = (alias: string): string =>
    `named_struct(${names.map((name) => `${sparkLiteral(name)}, ${alias}.${identifier(name)}`).join(', ')})`
  const nothing = `CAST(NULL AS STRUCT<${columns.map(({ name, type }) => `${identifier(name)}: ${sparkType(type)}`).join(', ')}>)`
  const equal = names.filter((name) => name !== key).map((name) => `n.${identifier(name)} <=> o.${identifier(name)}`)
  return `SELECT key,
  ${kindsSql(source, raw, TEXT_LISTS, 'was_gone')} AS kinds,
  columns, before, after
FROM (
  SELECT *, ${changedColumnsSql(source, TEXT_LISTS)} AS columns
  FROM (
    SELECT n.${id} AS key, CASE WHEN o.${id} IS NOT NULL THEN ${struct('o')} END AS before, ${struct('n')} AS after,
      g.key IS NOT NULL AS was_gone
    FROM good n LEFT JOIN current o ON o.${id} = n.${id} LEFT JOIN once_vanished g ON g.key = n.${id}
    WHERE o.${id} IS NULL OR NOT (${equal.join(' AND ')})
    UNION ALL
    SELECT o.${id} AS key, ${struct('o')} AS before, ${nothing} AS after, false AS was_gone
    FROM current o LEFT SEMI JOIN vanished v ON v.key = o.${id}
  )
)`
}

/** Incidents of the raw table that a full read of the source has not found, those in quarantine left out. */
export function absentKeys({ pipeline }: BatchPlan): string {
  const key = identifier(pipeline.source.key)
  return `SELECT o.${key} AS key FROM current o
LEFT ANTI JOIN good n ON n.${key} = o.${key}
LEFT ANTI JOIN bad_keys b ON b.key = o.${key}`
}

export function differingKeys(): string {
  return `SELECT s.key
FROM (SELECT key, any_value(cursor) AS cursor, count(*) AS n FROM swept GROUP BY key) s
LEFT JOIN current_keys c ON c.key = s.key
WHERE s.key IS NOT NULL AND (c.key IS NULL OR s.n > 1 OR NOT (s.cursor <=> c.cursor))`
}

/** The first batch of the raw table: every good row, each file in key order. */
export function insertRaw({ pipeline }: BatchPlan): string {
  const { columns, key } = pipeline.source
  const names = columns.map(({ name }) => identifier(name))
  return `INSERT INTO ${onBranch(pipeline.rawName)}
SELECT ${names.join(', ')}, ${BATCH_AT} AS batch_at
FROM good SORT BY ${identifier(key)}`
}

/** New versions to the batch's partition, old ones hidden, vanished ones taken out. */
export function mergeRaw({ pipeline }: BatchPlan): string {
  const { columns, key } = pipeline.source
  return mergeInto(onBranch(pipeline.rawName), key, [...columns.map(({ name }) => name), 'batch_at'], {
    source: `SELECT key AS changed_key, ${columns.map(({ name }) => `after.${identifier(name)}`).join(', ')}, ${BATCH_AT} AS batch_at
  FROM changed`,
  })
}

/** Rows of `source` replace those of their key; a `changed_key` without a row takes it out. */
export function mergeInto(table: string, key: string, columns: readonly string[], { source }: { source: string }): string {
  const names = columns.map(identifier)
  const id = identifier(key)
  return `MERGE INTO ${table} t
USING (
  ${source}
) s ON t.${id} = s.changed_key
WHEN MATCHED AND s.${id} IS NULL THEN DELETE
WHEN MATCHED THEN UPDATE SET ${names.map((name) => `t.${name} = s.${name}`).join(', ')}
WHEN NOT MATCHED AND s.${id} IS NOT NULL THEN INSERT (${names.join(', ')}) VALUES (${names.map((name) => `s.${name}`).join(', ')})`
}

export function insertChanges({ names }: BatchPlan): string {
  return `INSERT INTO ${onBranch(names.changes)}
SELECT ${BATCH_AT} AS batch_at, key, kinds, columns, before, after
FROM changed WHERE NOT array_contains(kinds, 'restamped') ORDER BY key`
}

/** A bad row that quarantine holds already is counted again, but not kept twice. */
export function insertBad({ names, tables }: BatchPlan): string {
  const fields = tables.find(({ name }) => name === names.quarantine)!.schema.fields
  const values = fields
    .slice(2)
    .map((field) => identifier(field.name))
    .join(', ')
  return `INSERT INTO ${onBranch(names.quarantine)}
SELECT ${BATCH_AT} AS batch_at, '\${run}' AS run, ${values}
FROM (
  SELECT ${values} FROM bad
  EXCEPT ALL
  SELECT ${values} FROM ${published(names.quarantine)}
)
ORDER BY rule, key`
}

/** Lists of texts as Spark writes them. */
const TEXT_LISTS: TextLists = {
  literal: sparkLiteral,
  of: (expressions) => `array(${expressions.join(',\n    ')})`,
  present: (list) => `filter(${list}, text -> text IS NOT NULL)`,
  none: 'CAST(array() AS ARRAY<STRING>)',
}
