import type { SqlTable } from '../model/pipeline.ts'
import type { Schema } from '../model/schema.ts'
import { duckdbType, identifier, literal, tableIdentifier } from '../model/sql-text.ts'

/** The values that a table's SQL may name as `:batch_at` and `:processed_at`; SQL of a pipeline never asks for the time. */
export interface SqlParameters {
  batchAt: string
  processedAt: string
}

/** A table's SQL for DuckDB: parameters filled in, columns cast to what the table declares, in its order. */
export function renderTable(table: SqlTable, schema: Schema, parameters: SqlParameters): string {
  const sql = fillIn(table.sql, {
    batch_at: `timestamptz ${literal(parameters.batchAt)}`,
    processed_at: `timestamptz ${literal(parameters.processedAt)}`,
  })
  const columns = schema.fields.map(
    (field) => `CAST(${identifier(field.name)} AS ${duckdbType(field.type)}) AS ${identifier(field.name)}`,
  )
  return `SELECT ${columns.join(', ')} FROM (${sql}\n)`
}

/** Replaces `:name` outside of texts, comments and casts (`::`). */
export function fillIn(sql: string, values: Readonly<Record<string, string>>): string {
  return sql.replace(/'(?:[^']|'')*'|--[^\n]*|::|:([a-z_]+)\b/g, (whole, name?: string) =>
    name !== undefined && name in values ? values[name]! : whole,
  )
}

/** Statements that make `tables` readable under their names: one schema a namespace, one view a table. */
export function viewStatements(tables: readonly { name: string; sql: string }[]): string[] {
  const namespaces = new Set(tables.map((table) => table.name.split('.')[0]!))
  return [
    ...[...namespaces].map((namespace) => `CREATE SCHEMA IF NOT EXISTS ${identifier(namespace)}`),
    ...tables.map((table) => `CREATE OR REPLACE VIEW ${tableIdentifier(table.name)} AS ${table.sql}`),
  ]
}

/** A reference table of a pipeline: its CSV file, every column as text. */
export function referenceSql(file: string): string {
  return `SELECT * FROM read_csv(${literal(file)}, header = true, all_varchar = true, delim = ',', quote = '"')`
}
