import { BlotterError } from '../../errors.ts'
import { viewLake } from '../../history/as-of.ts'
import { type Hold, HOLDS, holdsOf, holdsText, LIFTED, liftedOf } from '../../history/holds.ts'
import { writeMetadata } from '../../lake/write/stage.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { acquireLease } from '../../orchestrate/lease.ts'
import { upkeepName } from '../../orchestrate/lease-holder.ts'
import { refuseUnfinished } from '../upkeep/maintenance.ts'
import type { BatchMaker } from '../batch/batch-maker.ts'
import { withProperties } from '../batch/stage-table.ts'
import { tableNames } from '../definition/tables.ts'

/** `restore --lift --json`. */
export interface LiftReport {
  lifted: (Hold & { table: string })[]
  /** Holds that stay. */
  held: (Hold & { table: string })[]
}

/**
 * Lets restores hold no longer: all, or those of one batch or table. The next batch brings the incidents up to date, whatever
 * their cursor says, and makes derived tables anew. Throws `usage` where a batch or table is named that no restore holds,
 * `run_held` or `run_locked` while a run waits to go on.
 */
export async function liftHolds(
  maker: BatchMaker,
  { batch, table: only }: { batch?: BatchAt | undefined; table?: string | undefined },
  signal: AbortSignal,
): Promise<LiftReport> {
  const { lake, pipeline, clock } = maker
  const label = upkeepName('lift', clock)
  using lease = await acquireLease(maker.state, { clock, run: label, signal })
  refuseUnfinished(maker.state, 'restore --lift')
  const own = new Set(tableNames(pipeline))
  const report: LiftReport = { lifted: [], held: [] }
  const swaps = []
  for (const table of (await viewLake(lake)).tables.filter(({ name }) => own.has(name))) {
    const holds = holdsOf(table)
    const isMeant = (hold: Hold): boolean => (batch ?? hold.batch) === hold.batch && (only ?? table.name) === table.name
    const lifted = holds.filter(isMeant)
    const held = holds.filter((hold) => !isMeant(hold))
    report.lifted.push(...lifted.map((hold) => ({ table: table.name, ...hold })))
    report.held.push(...held.map((hold) => ({ table: table.name, ...hold })))
    if (lifted.length === 0) continue
    const properties = { [HOLDS]: holdsText(held), [LIFTED]: holdsText([...liftedOf(table), ...lifted]) }
    swaps.push(await writeMetadata(lake.storage, withProperties(table, properties, clock.now()), label))
  }
  if (report.lifted.length === 0 && (batch ?? only) !== undefined) throw nothingHeld(report, batch ?? only!)
  lease.assertHeld()
  await lake.catalog.commit(swaps)
  for (const location of swaps.flatMap((swap) => swap.unnamed)) await lake.storage.remove(location).catch(() => {})
  return report
}

function nothingHeld({ held }: LiftReport, what: string): BlotterError {
  const known = held.map((hold) => hold.batch).join(', ')
  return new BlotterError('usage', `No restore of ${what} holds anything. Nothing was changed.`, {
    todo: known === '' ? 'There is nothing to lift.' : `Lift one of ${known}, or all with \`blotter restore --lift\`.`,
    context: { given: what },
  })
}
