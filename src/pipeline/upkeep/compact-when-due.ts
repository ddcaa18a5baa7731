import { asBlotterError } from '../../errors.ts'
import { AUTOMATIC } from '../../lake/upkeep/compaction-plan.ts'
import type { Lease } from '../../orchestrate/lease.ts'
import { compactLake, planLakeCompaction } from './compact.ts'
import { maintainUnder } from './maintenance.ts'
import type { BatchMaker, BatchWatch } from '../batch/batch-maker.ts'

/**
 * Compacts what a batch has left in need of it. The batch is there and told of, and its run has ended, so that no deadline
 * counts this; whatever fails or interrupts it leaves the lake as the batch left it, and the next batch tries again.
 */
export async function compactWhenDue(maker: BatchMaker, lease: Lease, watch: BatchWatch): Promise<void> {
  try {
    const due = await planLakeCompaction(maker, AUTOMATIC)
    if (due.length === 0 || watch.signal.aborted) return
    watch.onNotice(
      `The batch is there. Compacting ${due.map(({ table }) => table.name).join(', ')}, so that reading stays fast.`,
    )
    await maintainUnder(lease, maker, 'compact', watch.signal, (maintenance) =>
      compactLake({ ...maker, ...maintenance }, AUTOMATIC),
    )
  } catch (error) {
    watch.onNotice(
      `Tables could not be compacted: ${asBlotterError(error).message} The batch is there; the next run tries again.`,
    )
  }
}
