import { BlotterError } from '../errors.ts'
import { type LakeView, scanAsOf } from '../history/as-of.ts'
import { foldSql } from '../history/fold.ts'
import { ledgerPart } from '../history/ledger-between.ts'
import { scanSql } from '../lake/read/read.ts'
import type { Storage } from '../lake/storage.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { identifier } from '../model/sql-text.ts'
import type { RefFunction } from './functions.ts'
import { type KnownBatch, resolveReference } from './reference.ts'

export interface TimeTravel {
  storage: Storage
  pipeline: Pipeline
  view: LakeView
  /** The batch that the query as a whole is of: `latest` in a REF means this one. */
  at: BatchAt
}

/**
 * What SQL may call to read other batches than the query's own: `NAME_at('REF')`, the raw table as of a batch, where NAME is
 * the raw table's (`crimes_at`), and `changes('A', 'B')`, what changed from one batch to a later one.
 */
export function timeTravelFunctions({ storage, pipeline, view, at }: TimeTravel): RefFunction[] {
  const resolve = (ref: string): BatchAt => resolveFrom(ref, view.batches, at).batchAt
  const { source, raw, rawName } = pipeline
  const tableAt = `${rawName.split('.').at(-1)}_at`.toLowerCase()
  return [
    {
      name: tableAt,
      example: `${tableAt}('latest~1')`,
      parameters: 1,
      select: async ([ref]) => scanSql(await scanAsOf(storage, view, rawName, resolve(ref!))),
    },
    {
      name: 'changes',
      example: "changes('latest~1', 'latest')",
      parameters: 2,
      async select([first, second]) {
        const [from, to] = [resolve(first!), resolve(second!)]
        if (from > to) throw backwards(from, to)
        const folded = foldSql(source, raw, await ledgerPart(storage, view, pipeline, from, to))
        return `SELECT key AS ${identifier(source.key)}, kinds, columns, before, after FROM (${folded})`
      },
    },
  ]
}

/**
 * REFs count from the query's own batch, so that the same SQL as of the same batch stays the same whatever comes later; a
 * later batch can be named all the same.
 */
export function resolveFrom<B extends KnownBatch>(ref: string, batches: readonly B[], at: BatchAt): B {
  const known = batches.filter((batch) => batch.batchAt <= at)
  try {
    return resolveReference(ref, known)
  } catch (error) {
    const elsewhere = error instanceof BlotterError && error.code === 'batch_missing' && !ref.trim().startsWith('latest')
    if (!elsewhere) throw error
    return resolveReference(ref, batches)
  }
}

/** The error for a difference whose batches are named the wrong way round. */
export function backwards(from: BatchAt, to: BatchAt): BlotterError {
  return new BlotterError('usage', `${from} is later than ${to}: a difference goes from an earlier batch to a later one.`, {
    todo: `Name ${to} first, then ${from}.`,
    context: { from, to },
  })
}
