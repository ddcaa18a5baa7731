import type { Scan } from '../lake/plan.ts'
import { filesWithin } from '../lake/prune.ts'
import type { BatchAt } from '../model/batch-at.ts'

/**
 * The part of the ledger's files that may hold changes after one batch and up to another, by the bounds of their
 * `batch_at`: so a difference between neighbours opens one file, however many batches there are.
 */
export function ledgerBetween(ledger: Scan, from: BatchAt, to: BatchAt): Scan {
  const [after, upTo] = [microsOf(from), microsOf(to)]
  const read = (value?: Buffer): bigint | undefined => (value?.length === 8 ? value.readBigInt64LE() : undefined)
  return filesWithin(ledger, 'batch_at', (lower, upper) => {
    const [low, high] = [read(lower), read(upper)]
    return (low === undefined || low <= upTo) && (high === undefined || high > after)
  })
}

function microsOf(batchAt: BatchAt): bigint {
  return BigInt(Date.parse(batchAt)) * 1000n
}
