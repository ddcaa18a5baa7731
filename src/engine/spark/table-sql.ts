import { identifier } from '../../model/sql-text.ts'
import type { BatchPlan, PlannedTable } from '../application.ts'
import { BATCH_AT, CATALOG, onBranch, published, readBranch, sparkLiteral, sparkType } from './dialect.ts'

/** Statements that make every table which is not there yet; `${lake}` is where the lake lies. */
export function createTables({ tables }: BatchPlan): string[] {
  const namespaces = new Set(tables.map(({ name }) => name.split('.')[0]!))
  return [
    ...[...namespaces].map((name) => `CREATE NAMESPACE IF NOT EXISTS ${identifier(CATALOG)}.${identifier(name)}`),
    ...tables.map(createTable),
  ]
}

function createTable({ name, doc, schema, byBatch, properties }: PlannedTable): string {
  const columns = schema.fields.map(
    (field) => `${identifier(field.name)} ${sparkType(field.type)}${field.doc ? ` COMMENT ${sparkLiteral(field.doc)}` : ''}`,
  )
  const all = { 'format-version': '2', ...properties }
  const listed = Object.entries(all).map(([key, value]) => `${sparkLiteral(key)} = ${sparkLiteral(value)}`)
  return `CREATE TABLE IF NOT EXISTS ${published(name)} (
  ${columns.join(',\n  ')}
)
USING iceberg${byBatch ? '\nPARTITIONED BY (days(batch_at))' : ''}
LOCATION '\${lake}/${name.replace('.', '/')}'
COMMENT ${sparkLiteral(doc)}
TBLPROPERTIES (${listed.join(', ')})`
}

/** The batch's row: the last thing that is written. */
export function insertBatch(plan: BatchPlan): string {
  const { pipeline, names, tables, kinds } = plan
  const { occurred, cursor } = pipeline.source
  const count = (name: string): string => `CAST(\${${name}} AS BIGINT)`
  const values: Record<string, string> = {
    batch_at: BATCH_AT,
    run: "'${run}'",
    kind: "'${kind}'",
    rows: count('rows'),
    rows_read: count('rows_read'),
    rows_landed: count('rows_landed'),
    rows_unchanged: count('rows_unchanged'),
    rows_quarantined: count('rows_quarantined'),
    rows_swept: count('rows_swept'),
    ...Object.fromEntries(kinds.map((kind) => [plan.changesColumn(kind), count(`changes_${kind}`)])),
    cursor_min: `(SELECT min(${identifier(cursor)}) FROM landed)`,
    cursor_max: `(SELECT max(${identifier(cursor)}) FROM landed)`,
    newest_incident: `(SELECT max(${identifier(occurred)}) FROM ${readBranch(pipeline.rawName)})`,
    code_version: sparkLiteral(plan.codeVersion),
  }
  const fields = tables.find(({ name }) => name === names.batches)!.schema.fields
  const columns = fields.map(({ name }) => `${values[name] ?? 'NULL'} AS ${identifier(name)}`)
  return `INSERT INTO ${onBranch(names.batches)}\nSELECT\n  ${columns.join(',\n  ')}`
}
