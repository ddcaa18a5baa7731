import { planScan } from '../lake/plan.ts'
import { stageSnapshot, stageTag } from '../lake/stage.ts'
import { snapshotOf, type Table } from '../lake/table.ts'
import type { DataFile } from '../lake/data-file.ts'
import type { Schema } from '../model/schema.ts'
import type { RunContext } from './context.ts'
import { saveStaged, type StagedTable } from './work-files.ts'

/** Data and delete files that a batch adds to a table and takes out of it. */
export interface TableDelta {
  add: DataFile[]
  remove: DataFile[]
  summary?: Record<string, string>
  schema?: Schema
}

/** Stages a table's next version under the batch's tag; a table in which nothing changed only gets the tag. */
export async function stageTable(context: RunContext, table: Table, delta: TableDelta): Promise<StagedTable> {
  const { lake, run, batchAt, codeVersion, clock } = context
  const changed = delta.add.length > 0 || delta.remove.length > 0 || delta.schema !== undefined || !snapshotOf(table)
  const next = changed
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
  const scan = await planScan(lake.storage, next, snapshotOf(next))
  const staged = { table: next, rows: scan.rows, changed }
  await saveStaged(context.folder, staged)
  return staged
}
