import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import type { Engine } from '../../engine/engine.ts'
import { BATCHES_TABLE, CHANGES_TABLE } from '../../history/ledger.ts'
import type { Restore } from '../../history/restore.ts'
import type { Snapshot } from '../../lake/format/metadata.ts'
import { snapshotOf, type Table, tableSchema } from '../../lake/table.ts'
import { sqlFollower, type TableLineage } from '../../lineage/column-lineage.ts'
import { fileDataset, locationDataset } from '../../lineage/dataset-name.ts'
import { batchesLineage, changesLineage, quarantineLineage, rawLineage } from '../../lineage/land-lineage.ts'
import type { DatasetFacts, InputFacts, OutputFacts } from '../../lineage/run-facts.ts'
import { type Pipeline, quarantineName, type SqlTable } from '../../model/pipeline.ts'
import { identifier, tableIdentifier } from '../../model/sql-text.ts'
import { fillIn, referenceSql } from '../../transform/render.ts'
import { tableSpecs } from '../definition/tables.ts'
import type { StagedTable } from '../batch/work-files.ts'
import type { SourceFacts } from './source-facts.ts'

/** What the batch did to the lake, as its steps read and wrote it. */
export interface Written {
  /** By name: every table of the pipeline as of the batch. */
  tables: ReadonlyMap<string, StagedTable>
  outputs: ReadonlyMap<string, OutputFacts>
  references: ReadonlyMap<string, InputFacts>
}

interface WrittenInput {
  engine: Engine
  pipeline: Pipeline
  staged: ReadonlyMap<string, StagedTable>
  source: SourceFacts
  restore?: Restore | undefined
}

/** The tables that got a new version, with the lineage of their columns. */
export async function writtenTables(input: WrittenInput): Promise<Written> {
  const { pipeline, staged } = input
  const references = new Map<string, InputFacts>()
  for (const { name, file } of pipeline.reference) references.set(name, await referenceFacts(input.engine, name, file))
  const lineageOf = lineages(input, references)
  const outputs = new Map<string, OutputFacts>()
  for (const spec of tableSpecs(pipeline)) {
    const one = staged.get(spec.name)
    if (!one?.changed) continue
    outputs.set(spec.name, outputFacts(one, spec.doc, await lineageOf(spec.name), pipeline))
  }
  return { tables: staged, outputs, references }
}

/** A table of the lake, by default in the version of this batch. */
export function lakeDataset(table: Table, doc: string, snapshot = snapshotOf(table)): DatasetFacts {
  return {
    dataset: locationDataset(table.metadata.location),
    table: table.name,
    of: 'lake',
    type: 'TABLE',
    doc,
    columns: tableSchema(table, snapshot).fields,
    ...(snapshot ? { version: String(snapshot['snapshot-id']) } : {}),
  }
}

/** The version that a batch began with; undefined for a new table. */
export function versionBefore(table: Table): Snapshot | undefined {
  const parent = snapshotOf(table)?.['parent-snapshot-id']
  return table.metadata.snapshots.find((snapshot) => snapshot['snapshot-id'] === parent)
}

function outputFacts({ table, rows }: StagedTable, doc: string, lineage: TableLineage, pipeline: Pipeline): OutputFacts {
  const snapshot = snapshotOf(table)!
  const before = versionBefore(table)
  const number = (name: string): number => Number(snapshot.summary[name] ?? 0)
  const replaced = pipeline.tables.some((one) => one.name === table.name && one.mode === 'replace')
  const altered = before?.['schema-id'] !== snapshot['schema-id'] ? 'ALTER' : undefined
  return {
    ...lakeDataset(table, doc),
    lineage,
    written: {
      rows: number('added-records'),
      sizeBytes: number('added-files-size'),
      files: number('added-data-files') + number('added-delete-files'),
    },
    total: {
      rows,
      sizeBytes: number('total-files-size'),
      files: number('total-data-files') + number('total-delete-files'),
    },
    change: before === undefined ? 'CREATE' : replaced ? 'OVERWRITE' : altered,
  }
}

async function referenceFacts(engine: Engine, name: string, file: string): Promise<InputFacts> {
  const columns = await engine.rows(`DESCRIBE ${referenceSql(file)}`)
  const version = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  return {
    dataset: fileDataset(file),
    table: name,
    of: 'reference',
    type: 'FILE',
    version: `sha256:${version}`,
    columns: columns.map((column) => ({ name: String(column['column_name']), type: 'string' })),
  }
}

/** How the columns of a table come about, asked for one table after another. */
function lineages(
  { engine, pipeline, source, restore }: WrittenInput,
  references: ReadonlyMap<string, InputFacts>,
): (name: string) => Promise<TableLineage> {
  const { rawName, source: definition, raw } = pipeline
  const specs = tableSpecs(pipeline)
  const tables = [
    ...specs.map(({ name, schema }) => ({ name, columns: schema.fields.map((field) => field.name) })),
    ...[...references.values()].map(({ table, columns }) => ({
      name: table,
      columns: columns.map((column) => column.name),
    })),
  ]
  let follower: ReturnType<typeof sqlFollower> | undefined
  const follow = async (sql: string, columns: readonly string[]): Promise<TableLineage> =>
    (await (follower ??= sqlFollower(engine)))({ sql, columns, tables })
  return async (name) => {
    const columns = tables.find((table) => table.name === name)!.columns
    if (restore?.table === name) return follow(restoreSql(restore, columns), columns)
    if (name === rawName) return rawLineage(definition, source.matches)
    if (name === CHANGES_TABLE) return changesLineage(definition, rawName)
    if (name === BATCHES_TABLE) return batchesLineage(definition, raw, rawName, columns)
    if (name === quarantineName(pipeline)) return quarantineLineage(definition, source.matches, source.extra)
    return follow(followableSql(pipeline.tables.find((table) => table.name === name)!), columns)
  }
}

/** What a restore is in SQL: the table's own columns as of another batch. */
export function restoreSql({ table, where }: Restore, columns: readonly string[]): string {
  const condition = where === null ? '' : ` WHERE ${where}`
  return `SELECT ${columns.map(identifier).join(', ')} FROM ${tableIdentifier(table)}${condition}`
}

/** A table's SQL with its parameters in DuckDB's own spelling, so that its parser keeps them apart from columns. */
function followableSql({ sql }: SqlTable): string {
  return fillIn(sql, { batch_at: '$batch_at', processed_at: '$processed_at' })
}

/** Where a table's SQL stands, below the pipeline's folder. */
export async function sqlFile(pipeline: Pipeline, table: SqlTable): Promise<string | null> {
  const [namespace, name] = table.name.split('.')
  const stage = (await readdir(pipeline.folder)).find((folder) => folder.replace(/^\d-/, '') === namespace)
  return stage === undefined ? null : `${stage}/${name}.sql`
}
