import { asBlotterError } from '../../errors.ts'
import type { Attempt } from '../../orchestrate/run/step.ts'
import type { RunContext } from '../batch/context.ts'
import { sweepLeftovers } from '../batch/leftovers.ts'
import { tellOfBatch } from '../lineage/tell.ts'

export interface PublishOutput {
  batch_at: string
  /** Files of runs that came to nothing. */
  swept_files: number
}

/** Tells those who wait for the batch that it is there. Nothing that fails here takes the batch back. */
export async function publishStep(context: RunContext, previous: Attempt['previous']): Promise<PublishOutput> {
  const swept = await attempt(context, 'What interrupted runs left could not be swept', () => sweepLeftovers(context))
  await attempt(context, 'Its lineage could not be written', () => tellOfBatch(context, previous))
  return { batch_at: context.batchAt, swept_files: swept?.files ?? 0 }
}

async function attempt<T>(context: RunContext, failure: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    context.notice(`${failure}: ${asBlotterError(error).message} The batch is there; the next run tries again.`)
    return undefined
  }
}
