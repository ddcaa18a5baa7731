import { presentColumnsAsOf } from '../../history/as-of.ts'
import { type HeldIn, heldKeysSql, HOLDS, holdsOf, holdsText, LIFTED, liftedOf } from '../../history/holds.ts'
import { CHANGES_TABLE } from '../../history/ledger.ts'
import { planScan, type Scan } from '../../lake/read/plan.ts'
import { snapshotOf, type Table } from '../../lake/table.ts'
import type { RunContext } from '../batch/context.ts'
import { openTable, tableSpecs } from '../definition/tables.ts'

/** Where holds of the raw table are looked up. */
export function heldIn(
  { lake, pipeline }: Pick<RunContext, 'lake' | 'pipeline'>,
  raw: Table,
  current: Scan,
  ledger: Scan,
): HeldIn {
  return {
    key: pipeline.source.key,
    current,
    ledger,
    asOf: (batch) => presentColumnsAsOf(lake.storage, raw, batch, current.schema),
  }
}

/**
 * What a batch does to a table's holds: a restore of the table adds its own, and what was lifted before is made good by any
 * batch that brings the table up to date.
 */
export function holdProperties(
  { restore, batchAt, pipeline }: RunContext,
  table: Table,
): { properties?: Record<string, string | undefined> } {
  if (restore?.table === table.name) {
    const hold = { batch: restore.batch, where: restore.where, since: batchAt }
    return { properties: { [HOLDS]: holdsText([...holdsOf(table), hold]) } }
  }
  const made = liftedOf(table).length > 0 && !(restore && table.name === pipeline.rawName)
  return made ? { properties: { [LIFTED]: undefined } } : {}
}

/** SELECT of the keys (column `key`) that lifted holds have kept as they were: their incidents are read again, whatever their cursor. */
export async function liftedKeysSql(context: RunContext, raw: Table, current: Scan): Promise<string | undefined> {
  const { lake, pipeline } = context
  const lifted = liftedOf(raw)
  if (lifted.length === 0) return undefined
  const ledger = await openTable(
    lake,
    tableSpecs(pipeline).find((spec) => spec.name === CHANGES_TABLE)!,
  )
  return heldKeysSql(lifted, heldIn(context, raw, current, await planScan(lake.storage, ledger, snapshotOf(ledger))))
}
