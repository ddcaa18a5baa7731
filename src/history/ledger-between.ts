import type { Scan } from '../lake/plan.ts'
import type { BatchAt } from '../model/batch-at.ts'

/**
 * The part of the ledger's files that may hold changes after one batch and up to another, by the bounds of their
 * `batch_at`: so a difference between neighbours opens one file, however many batches there are.
 */
export function ledgerBetween(ledger: Scan, from: BatchAt, to: BatchAt): Scan {
  const column = ledger.schema.fields.find((field) => field.name === 'batch_at')?.id
  const [after, upTo] = [microsOf(from), microsOf(to)]
  const files = ledger.files.filter(({ file }) => {
    const bound = (bounds: typeof file.lower_bounds): bigint | undefined => {
      const value = bounds?.find((known) => known.key === column)?.value
      return value?.length === 8 ? value.readBigInt64LE() : undefined
    }
    const [low, high] = [bound(file.lower_bounds), bound(file.upper_bounds)]
    return (low === undefined || low <= upTo) && (high === undefined || high > after)
  })
  return { ...ledger, files, rows: files.reduce((sum, { file }) => sum + file.record_count, 0), rowsExact: false }
}

function microsOf(batchAt: BatchAt): bigint {
  return BigInt(Date.parse(batchAt)) * 1000n
}
