import type { SqlTable } from '../../model/pipeline.ts'
import { identifier } from '../../model/sql-text.ts'
import type { BatchPlan } from '../application.ts'
import { BATCH_AT, mapSql, onBranch, sparkType, translatedLiteral, viewOf } from './dialect.ts'
import { mergeInto } from './land-sql.ts'

/**
 * A table's own SQL as Spark reads it: every table that it names is a view, parameters are filled in, columns are cast to
 * what the table declares. It is a pipeline's file otherwise, word for word.
 */
export function derivedRows(plan: BatchPlan, table: SqlTable): string {
  const known = [plan.pipeline.rawName, ...plan.pipeline.tables, ...plan.pipeline.reference].map((one) =>
    typeof one === 'string' ? one : one.name,
  )
  const sql = mapSql(table.sql, {
    text: translatedLiteral,
    code: (code) => parameters(known.reduce((text, name) => text.replaceAll(mention(name), viewOf(name)), code)),
  })
  const columns = table.columns.map(
    ({ name, type }) => `CAST(${identifier(name)} AS ${sparkType(type)}) AS ${identifier(name)}`,
  )
  return `SELECT\n  ${columns.join(',\n  ')}\nFROM (\n${sql}\n)`
}

/** Only what changed in this batch has run through the SQL: it replaces what the table holds of these keys. */
export function mergeDerived({ pipeline }: BatchPlan, table: SqlTable): string {
  const names = table.columns.map(({ name }) => name)
  return mergeInto(onBranch(table.name), pipeline.source.key, names, {
    source: `SELECT c.key AS changed_key, ${names.map((name) => `d.${identifier(name)}`).join(', ')}
  FROM changed c LEFT JOIN derived d ON d.${identifier(pipeline.source.key)} = c.key`,
  })
}

/** The table made anew, as a whole. */
export function replaceDerived({ pipeline }: BatchPlan, table: SqlTable): string {
  const names = table.columns.map(({ name }) => identifier(name)).join(', ')
  const order = table.mode === 'by-key' ? ` SORT BY ${identifier(pipeline.source.key)}` : ''
  return `INSERT OVERWRITE ${onBranch(table.name)}\nSELECT ${names} FROM derived${order}`
}

function mention(name: string): RegExp {
  return new RegExp(`\\b${name.replace('.', '\\.')}\\b`, 'gi')
}

function parameters(code: string): string {
  const values: Record<string, string> = { batch_at: BATCH_AT, processed_at: "timestamp_ltz '${processed_at}'" }
  return code.replace(/::|:([a-z_]+)\b/g, (whole, name?: string) =>
    name !== undefined && name in values ? values[name]! : whole,
  )
}
