import { asBlotterError } from '../../errors.ts'
import { AUTOMATIC } from '../../lake/compaction-plan.ts'
import type { Attempt } from '../../orchestrate/step.ts'
import { compactLake, planLakeCompaction } from '../compact.ts'
import type { RunContext } from '../context.ts'
import { sweepLeftovers } from '../leftovers.ts'
import { tellOfBatch } from '../lineage/tell.ts'

export interface PublishOutput {
  batch_at: string
  /** Files of runs that came to nothing. */
  swept_files: number
  /** Tables that had too many small files or hidden rows. */
  compacted: string[]
}

/** Tells those who wait for the batch that it is there. Nothing that fails here takes the batch back. */
export async function publishStep(context: RunContext, previous: Attempt['previous']): Promise<PublishOutput> {
  const swept = await attempt(context, 'What interrupted runs left could not be swept', () => sweepLeftovers(context))
  const compacted = await attempt(context, 'Tables could not be compacted', () => compactWhereDue(context))
  await attempt(context, 'Its lineage could not be written', () => tellOfBatch(context, previous))
  return { batch_at: context.batchAt, swept_files: swept?.files ?? 0, compacted: compacted ?? [] }
}

async function compactWhereDue(context: RunContext): Promise<string[]> {
  const planned = await planLakeCompaction(context, AUTOMATIC)
  if (planned.length > 0) await compactLake({ ...context, label: context.run }, planned)
  return planned.map(({ table }) => table.name)
}

async function attempt<T>(context: RunContext, failure: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    context.notice(`${failure}: ${asBlotterError(error).message} The batch is there; the next run tries again.`)
    return undefined
  }
}
