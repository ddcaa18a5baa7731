import { BlotterError } from '../errors.ts'
import type { Scan } from '../lake/read/plan.ts'
import { filesWithin } from '../lake/read/prune.ts'
import { scanSql } from '../lake/read/read.ts'
import type { Storage } from '../lake/storage.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Pipeline, SourceDefinition } from '../model/pipeline.ts'
import { areNeighbours, type LakeView, scanAsOf } from './as-of.ts'
import type { LedgerPart } from './fold.ts'
import { CHANGES_TABLE, changesSchema } from './ledger.ts'

/** What the ledger has between two batches that are there, and where cursors are read if it does not tell them all. */
export async function ledgerPart(
  storage: Storage,
  view: LakeView,
  { source, rawName }: Pick<Pipeline, 'source' | 'rawName'>,
  from: BatchAt,
  to: BatchAt,
): Promise<LedgerPart> {
  const ledger = scanSql(ledgerBetween(await ledgerAsOf(storage, view, source, to), from, to))
  if (areNeighbours(view, from, to)) return { from, to, ledger }
  const rawAt = async (batch: BatchAt): Promise<string> => scanSql(await scanAsOf(storage, view, rawName, batch))
  return { from, to, ledger, cursors: { before: await rawAt(from), after: await rawAt(to) } }
}

/**
 * The ledger as of a batch, with incidents in the columns that the pipeline has now, whatever they were then. Throws
 * `pipeline_invalid` for a lake that was made by another key.
 */
export async function ledgerAsOf(
  storage: Storage,
  view: LakeView,
  definition: SourceDefinition,
  batchAt: BatchAt,
): Promise<Scan> {
  const scan = await scanAsOf(storage, view, CHANGES_TABLE, batchAt)
  const wanted = new Map(changesSchema(definition).fields.map((field) => [field.name, field]))
  const fields = scan.schema.fields.map((field) => ({ ...field, type: wanted.get(field.name)?.type ?? field.type }))
  if (!fields.some(({ name }) => name === definition.key)) throw otherKey(definition.key, fields)
  return { ...scan, schema: { fields } }
}

function otherKey(key: string, fields: readonly { name: string }[]): BlotterError {
  const message = `The lake was made by another pipeline: its incidents have no key ${key}. Nothing was changed.`
  return new BlotterError('pipeline_invalid', message, {
    todo: 'Name the pipeline that it was made by: `--pipeline DIR`.',
    context: { expected: key, found: fields.map(({ name }) => name) },
  })
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
