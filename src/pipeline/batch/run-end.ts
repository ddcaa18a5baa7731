import { BlotterError } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'

/** Whatever stops a run after its commit takes nothing back, and the message must not say so. */
export function afterCommit(at: BatchAt, error: BlotterError): BlotterError {
  const why = error.message.replace(/ Nothing was committed[^.]*\.$/, '')
  const message = `${why} The batch ${at} is committed all the same: every table has it. Only what follows a commit is left.`
  const context = { ...error.context, batch_at: at }
  return new BlotterError(error.code, message, { todo: error.todo, context, cause: error })
}

/** What held a run, as its report tells it. */
export function heldBy(error: BlotterError): { guard: string; message: string; todo: string } {
  return { guard: String(error.context['guard'] ?? error.code), message: error.message, todo: error.todo }
}
