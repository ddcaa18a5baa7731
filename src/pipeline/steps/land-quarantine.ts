import { planScan } from '../../lake/read/plan.ts'
import { scanSql } from '../../lake/read/read.ts'
import { snapshotOf, tableSchema } from '../../lake/table.ts'
import { writePositionDeletes } from '../../lake/write/write.ts'
import { identifier, literal } from '../../model/sql-text.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../batch/context.ts'
import { releasedSql } from '../batch/quarantine-source.ts'
import { stageTable } from '../batch/stage-table.ts'
import { writeRows } from '../batch/write-rows.ts'
import { evolvedSchema } from '../definition/evolve.ts'
import { openTable, type TableSpec } from '../definition/tables.ts'

/** A bad row that quarantine holds already is counted again, but not kept twice. */
export async function landQuarantine(context: RunContext, spec: TableSpec, checked: CheckedRows): Promise<void> {
  const { engine, lake, source, batchAt } = context
  const table = await openTable(lake, spec)
  const schema = evolvedSchema(table, spec.schema)
  const evolution = schema ? { schema } : {}
  const scan = await planScan(lake.storage, table, snapshotOf(table), schema)
  // Rows that come out of quarantine and pass leave it; those that do not are there already.
  if (source.internal) {
    const hidden = releasedSql(context.pipeline, scanSql(scan, { position: true }), checked.good.file)
    const { storage } = lake
    const { add, remove } = await writePositionDeletes({ engine, storage, table, scan, batchAt, label: context.run, hidden })
    await stageTable(context, table, { add, remove, ...evolution })
    return
  }
  if (checked.quarantine.rows === 0) {
    await stageTable(context, table, { add: [], remove: [], ...evolution })
    return
  }
  const values = (schema ?? tableSchema(table)).fields.map((field) => identifier(field.name)).slice(2)
  const add = await writeRows(
    context,
    table,
    `SELECT timestamptz ${literal(batchAt)} AS batch_at, ${literal(context.run)} AS run, ${values.join(', ')}
     FROM (SELECT ${values.join(', ')} FROM read_parquet(${literal(checked.quarantine.file)})
       EXCEPT ALL SELECT ${values.join(', ')} FROM (${scanSql(scan)})) ORDER BY rule, key`,
    schema,
  )
  await stageTable(context, table, { add, remove: [], ...evolution })
}
