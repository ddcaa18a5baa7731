import { planScan } from '../../lake/read/plan.ts'
import { stageSnapshot, stageTag, withMetadata } from '../../lake/write/stage.ts'
import { snapshotOf, type Table } from '../../lake/table.ts'
import type { DataFile } from '../../lake/format/data-file.ts'
import type { Schema } from '../../model/schema.ts'
import type { RunContext } from './context.ts'
import { saveBase, saveStaged, type StagedTable } from './work-files.ts'

/** Data and delete files that a batch adds to a table and takes out of it. */
export interface TableDelta {
  add: DataFile[]
  remove: DataFile[]
  summary?: Record<string, string>
  schema?: Schema
  /** Properties of the table from this batch on; undefined takes one out. */
  properties?: Record<string, string | undefined>
}

/** Stages a table's next version under the batch's tag; a table in which nothing changed only gets the tag. */
export async function stageTable(context: RunContext, table: Table, delta: TableDelta): Promise<StagedTable> {
  const { lake, run, batchAt, codeVersion, clock } = context
  const changed = delta.add.length > 0 || delta.remove.length > 0 || delta.schema !== undefined || !snapshotOf(table)
  const versioned = changed
    ? await stageSnapshot(lake.storage, table, {
        add: delta.add,
        remove: delta.remove,
        tag: batchAt,
        ...(delta.schema ? { schema: delta.schema } : {}),
        summary: { 'blotter.run': run, 'blotter.batch': batchAt, 'blotter.code-version': codeVersion, ...delta.summary },
        label: run,
        now: clock.now(),
      })
    : stageTag(table, batchAt, clock.now())
  const next = delta.properties ? withProperties(versioned, delta.properties, clock.now()) : versioned
  const scan = await planScan(lake.storage, next, snapshotOf(next))
  const staged = { table: next, rows: scan.rows, changed }
  if (table.metadataLocation !== null) await saveBase(context.folder, table)
  await saveStaged(context.folder, staged)
  return staged
}

/** The table with other properties: undefined takes one out. Unlike its rows they are not part of its history. */
export function withProperties(table: Table, properties: Readonly<Record<string, string | undefined>>, now: Date): Table {
  const entries = Object.entries({ ...table.metadata.properties, ...properties }).filter(([, value]) => value !== undefined)
  return withMetadata(table, { properties: Object.fromEntries(entries) as Record<string, string> }, now)
}
