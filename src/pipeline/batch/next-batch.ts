import type { Clock } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import { type BatchAt, batchAtOf, secondAfter } from '../../model/batch-at.ts'

/** The name of a batch that begins now: later than the newest one, whatever the clock says. */
export function nextBatchAt(clock: Clock, newest: BatchAt | undefined, notice: (message: string) => void): BatchAt {
  const now = batchAtOf(clock.now())
  if (newest === undefined || now > newest) return now
  if (now < newest) {
    notice(
      `The clock says ${now}, which is before the newest batch ${newest}: this batch is named one second after that one.`,
    )
  }
  return secondAfter(newest)
}

export function olderThanNewest(at: BatchAt, newest: BatchAt): BlotterError {
  return new BlotterError(
    'batch_older',
    `The batch ${at} would be older than the newest one, ${newest}. Nothing was changed.`,
    {
      todo: 'Name a later time, or leave `--at` out.',
      context: { at, newest },
    },
  )
}
