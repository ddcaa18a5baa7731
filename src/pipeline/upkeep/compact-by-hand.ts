import { BY_HAND } from '../../lake/upkeep/compaction-plan.ts'
import { compactedTable, type CompactedTable, compactLake, planLakeCompaction } from './compact.ts'
import { maintain } from './maintenance.ts'
import type { BatchMaker } from '../batch/batch-maker.ts'

/** `compact --json`. */
export interface CompactionReport {
  dry_run: boolean
  tables: CompactedTable[]
}

/** Compacts when asked: all that makes reading cheaper, in one commit. */
export async function compactByHand(
  maker: BatchMaker,
  { dryRun }: { dryRun: boolean },
  signal: AbortSignal,
): Promise<CompactionReport> {
  if (dryRun) return { dry_run: true, tables: (await planLakeCompaction(maker, BY_HAND)).map(compactedTable) }
  return maintain(maker, 'compact', signal, async (maintenance) => {
    const planned = await compactLake({ ...maker, ...maintenance }, BY_HAND)
    return { dry_run: false, tables: planned.map(compactedTable) }
  })
}
