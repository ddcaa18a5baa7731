import { asBlotterError } from '../../errors.ts'
import type { RunContext } from '../context.ts'
import { sweepLeftovers } from '../leftovers.ts'

export interface PublishOutput {
  batch_at: string
  /** Files of runs that came to nothing. */
  swept_files: number
}

/** Tells those who wait for the batch that it is there. Nothing that fails here takes the batch back. */
export async function publishStep(context: RunContext): Promise<PublishOutput> {
  return { batch_at: context.batchAt, swept_files: await sweep(context) }
}

async function sweep(context: RunContext): Promise<number> {
  try {
    return (await sweepLeftovers(context)).files
  } catch (error) {
    context.notice(`What interrupted runs left could not be swept: ${asBlotterError(error).message} The next run tries again.`)
    return 0
  }
}
