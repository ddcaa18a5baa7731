import type { Scan } from '../lake/read/plan.ts'
import { filesWithin } from '../lake/read/prune.ts'
import { scanSql } from '../lake/read/read.ts'
import type { Storage } from '../lake/storage.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { areNeighbours, type LakeView, scanAsOf } from './as-of.ts'
import type { LedgerPart } from './fold.ts'
import { CHANGES_TABLE } from './ledger.ts'

/** What the ledger has between two batches that are there, and where cursors are read if it does not tell them all. */
export async function ledgerPart(
  storage: Storage,
  view: LakeView,
  rawName: string,
  from: BatchAt,
  to: BatchAt,
): Promise<LedgerPart> {
  const ledger = scanSql(ledgerBetween(await scanAsOf(storage, view, CHANGES_TABLE, to), from, to))
  if (areNeighbours(view, from, to)) return { from, to, ledger }
  const rawAt = async (batch: BatchAt): Promise<string> => scanSql(await scanAsOf(storage, view, rawName, batch))
  return { from, to, ledger, cursors: { before: await rawAt(from), after: await rawAt(to) } }
}

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
