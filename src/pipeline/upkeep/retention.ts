import type { BatchAt } from '../../model/batch-at.ts'

/** Which batches stay readable: the newest so many, and all that are younger than so many days. */
export interface Retention {
  batches?: number | undefined
  days?: number | undefined
}

const DAY_MS = 86_400_000

/**
 * The batches that a retention lets go, of all batches oldest first. One that either number keeps stays, and so do the
 * newest and those that `keep` names. Without any number all stay.
 */
export function expiredBatches(
  batches: readonly BatchAt[],
  { batches: newest, days }: Retention,
  { now, keep }: { now: Date; keep: ReadonlySet<string> },
): BatchAt[] {
  if (newest === undefined && days === undefined) return []
  const first = batches.length - Math.max(1, newest ?? 1)
  const youngerThan = days === undefined ? Number.POSITIVE_INFINITY : now.getTime() - days * DAY_MS
  return batches.filter((batch, i) => i < first && Date.parse(batch) < youngerThan && !keep.has(batch))
}
