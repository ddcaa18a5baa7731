import type { Scan } from '../lake/read/plan.ts'
import { scanSql } from '../lake/read/read.ts'
import type { Table } from '../lake/table.ts'
import { type BatchAt, batchAtOf } from '../model/batch-at.ts'
import { identifier, literal } from '../model/sql-text.ts'
import { matchesSql } from './condition.ts'
import { ledgerBetween } from './ledger-between.ts'

/**
 * What a restore keeps as it is: incidents that match `where` (null: all) as of `batch` or as they are in the lake, and those
 * that the restoring batch, `since`, changed or made vanish. A derived table is held as a whole.
 */
export interface Hold {
  batch: BatchAt
  where: string | null
  since: BatchAt
}

/** Property of a table: its holds as a JSON list, the newest last. */
export const HOLDS = 'blotter.holds'
/** Property of a table: holds that were lifted since its newest batch, which the next batch makes good and takes out. */
export const LIFTED = 'blotter.lifted'

export function holdsOf(table: Table): Hold[] {
  return listOf(table, HOLDS)
}

export function liftedOf(table: Table): Hold[] {
  return listOf(table, LIFTED)
}

function listOf(table: Table, property: string): Hold[] {
  return JSON.parse(table.metadata.properties[property] ?? '[]') as Hold[]
}

/** A list of holds as a property's text; undefined, which takes the property out, for none. */
export function holdsText(holds: readonly Hold[]): string | undefined {
  return holds.length > 0 ? JSON.stringify(holds) : undefined
}

/** What holds are looked up in. */
export interface HeldIn {
  key: string
  /** The raw table as it is. */
  current: Scan
  /** The raw table as of a batch; undefined where that has expired: then only what is in the lake says what is held. */
  asOf(batch: BatchAt): Promise<Scan | undefined>
  ledger: Scan
}

/** SELECT of the keys (column `key`, perhaps repeated) of incidents under any of these holds; undefined without any. */
export async function heldKeysSql(
  holds: readonly Hold[],
  { key, current, asOf, ledger }: HeldIn,
): Promise<string | undefined> {
  if (holds.length === 0) return undefined
  const selects: string[] = []
  for (const { batch, where, since } of holds) {
    const before = await asOf(batch)
    const restored = `batch_at = timestamptz ${literal(since)}`
    // The ledger does not list what the restore gave another cursor only; that bears the restore's own batch.
    for (const scan of before ? [current, before] : [current]) {
      selects.push(`SELECT ${identifier(key)} AS key FROM (${scanSql(scan)}) WHERE ${matchesSql(where)} OR ${restored}`)
    }
    const changed = scanSql(ledgerBetween(ledger, secondBefore(since), since), { columns: [key, 'batch_at'] })
    selects.push(`SELECT ${identifier(key)} AS key FROM (${changed}) WHERE ${restored}`)
  }
  return [...new Set(selects)].join(' UNION ALL ')
}

function secondBefore(at: BatchAt): BatchAt {
  return batchAtOf(new Date(Date.parse(at) - 1000))
}
