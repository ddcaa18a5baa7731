import type { Lake } from '../../catalog/lake.ts'
import { LAKE_VERSION } from '../../history/as-of.ts'
import { BATCHES_TABLE, batchesSchema, CHANGES_TABLE, changesSchema } from '../../history/ledger.ts'
import { loadTable, newTable, type Table } from '../../lake/table.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { type Pipeline, quarantineName } from '../../model/pipeline.ts'
import { type Schema, schemaOf } from '../../model/schema.ts'
import { literal } from '../../model/sql-text.ts'

/** A table that the pipeline makes: its name, what it is, and how it should look. */
export interface TableSpec {
  name: string
  doc: string
  schema: Schema
  /** True for tables with a `batch_at` of their own: partitioned by its day. */
  byBatch: boolean
}

/** All tables of a pipeline in the order of the way of the data. */
export function tableSpecs(pipeline: Pipeline): TableSpec[] {
  const { source, raw, rawName } = pipeline
  const batchAt = {
    name: 'batch_at',
    type: 'timestamptz',
    doc: 'The batch that brought this version of the incident.',
  } as const
  return [
    {
      name: rawName,
      doc: `${pipeline.title}: every row of the source as it is, in the version of the newest batch.`,
      schema: schemaOf([...source.columns.map(({ name, type, doc }) => ({ name, type, doc })), batchAt]),
      byBatch: true,
    },
    ...pipeline.tables.map((table) => ({
      name: table.name,
      doc: table.doc,
      schema: schemaOf(table.columns),
      byBatch: table.columns.some((column) => column.name === 'batch_at'),
    })),
    {
      name: CHANGES_TABLE,
      doc: 'Every change of every incident, batch by batch.',
      schema: changesSchema(source),
      byBatch: true,
    },
    {
      name: BATCHES_TABLE,
      doc: 'Every batch: what was read, landed and changed.',
      schema: batchesSchema(raw),
      byBatch: true,
    },
    {
      name: quarantineName(pipeline),
      doc: 'Rows that broke a rule, with their original values.',
      schema: quarantineSchema(pipeline),
      byBatch: true,
    },
  ]
}

/** Their names, in the same order. */
export function tableNames(pipeline: Pipeline): string[] {
  return tableSpecs(pipeline).map((spec) => spec.name)
}

/** SQL of the column that says which batch brought a row. */
export function batchStamp(batchAt: BatchAt): string {
  return `timestamptz ${literal(batchAt)} AS batch_at`
}

function quarantineSchema(pipeline: Pipeline): Schema {
  return schemaOf([
    { name: 'batch_at', type: 'timestamptz', doc: 'The batch that first met this row.' },
    { name: 'run', type: 'string', doc: 'The run that met it.' },
    { name: 'rule', type: 'string', doc: 'The rule that it broke.' },
    { name: 'key', type: 'string', doc: 'Its key as found.' },
    ...pipeline.source.columns.map(({ name }) => ({ name, type: 'string', doc: 'As found.' }) as const),
    { name: 'extra', type: 'string', doc: 'What else the row held, as JSON.' },
  ])
}

/** The table as the catalog has it now, its schema evolved to what the pipeline wants; or a new one, not yet saved. */
export async function openTable(lake: Lake, spec: TableSpec): Promise<Table> {
  const entry = await lake.catalog.entry(spec.name)
  if (entry) return loadTable(lake.storage, spec.name, entry.metadataLocation)
  return newTable({
    name: spec.name,
    location: `${lake.location}/${spec.name.replace('.', '/')}`,
    schema: spec.schema,
    partitionBy: spec.byBatch ? { column: 'batch_at', transform: 'day' } : null,
    properties: tableProperties(spec),
  })
}

/** What a table says of itself, whichever engine makes it. */
export function tableProperties(spec: Pick<TableSpec, 'name' | 'doc'>): Record<string, string> {
  return {
    comment: spec.doc,
    ...(spec.name === BATCHES_TABLE ? { [LAKE_VERSION.property]: String(LAKE_VERSION.value) } : {}),
  }
}
