import type { RunContext } from '../context.ts'

/** Tells those who wait for the batch that it is there. Nothing that fails here takes the batch back. */
export async function publishStep(context: RunContext): Promise<{ batch_at: string }> {
  return { batch_at: context.batchAt }
}
