import { BlotterError } from '../errors.ts'
import { type BatchAt, readBatchAt } from '../model/batch-at.ts'

/** A committed batch, as much of it as a REF can name. */
export interface KnownBatch {
  batchAt: BatchAt
  /** Snapshot ids of its tables, as text. A table that a batch did not change keeps the snapshot of an earlier one. */
  snapshots: readonly string[]
}

/**
 * The batch that a REF names: a batch (`2026-11-23T06:00:00Z`, any offset), a day in UTC (`2026-11-23`: its last batch),
 * `latest`, `latest~1`, or a snapshot id (the batch that made it). `batches` are oldest first.
 * Throws `batch_missing` with the nearest that exists, `usage` for what is no REF.
 */
export function resolveReference<B extends KnownBatch>(ref: string, batches: readonly B[]): B {
  const text = ref.trim()
  const newest = batches.at(-1)
  if (!newest) {
    throw new BlotterError('batch_missing', `"${text}" names no batch: the lake has none yet.`, {
      todo: 'Run `blotter run` first.',
      context: { ref: text },
    })
  }
  const back = /^latest(?:~(\d{1,6}))?$/.exec(text)
  if (back) return counted(text, Number(back[1] ?? 0), batches)
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return dayOf(text, batches)
  if (/^\d+$/.test(text)) return bySnapshot(text, batches)
  if (!/^\d{4}-/.test(text)) throw noReference(text)
  const at = parseBatchAt(text)
  return batches.find((batch) => batch.batchAt === at) ?? missing(text, at, batches)
}

function counted<B extends KnownBatch>(ref: string, back: number, batches: readonly B[]): B {
  const batch = batches[batches.length - 1 - back]
  if (batch) return batch
  const oldest = batches[0]!.batchAt
  throw new BlotterError('batch_missing', `"${ref}" goes too far back: there are ${batches.length}, the oldest ${oldest}.`, {
    todo: 'Name one that `blotter batches` lists.',
    context: { ref, nearest: oldest },
  })
}

function dayOf<B extends KnownBatch>(day: string, batches: readonly B[]): B {
  const found = batches.findLast((batch) => batch.batchAt.startsWith(day))
  if (found) return found
  if (Number.isNaN(Date.parse(`${day}T00:00:00Z`))) throw noReference(day)
  return missing(day, `${day}T12:00:00Z`, batches)
}

function bySnapshot<B extends KnownBatch>(id: string, batches: readonly B[]): B {
  const found = batches.find((batch) => batch.snapshots.includes(id))
  if (found) return found
  throw new BlotterError('batch_missing', `No table of this lake has a snapshot ${id}.`, {
    todo: 'Take one from `blotter tables`, or name a batch that `blotter batches` lists.',
    context: { ref: id, nearest: batches.at(-1)!.batchAt },
  })
}

function missing(ref: string, wanted: BatchAt, batches: readonly KnownBatch[]): never {
  const distance = (batch: KnownBatch): number => Math.abs(Date.parse(batch.batchAt) - Date.parse(wanted))
  const nearest = batches.reduce((best, batch) => (distance(batch) < distance(best) ? batch : best)).batchAt
  throw new BlotterError('batch_missing', `There is no batch ${ref}; the nearest is ${nearest}.`, {
    todo: `Use ${nearest}, or another that \`blotter batches\` lists.`,
    context: { ref, nearest },
  })
}

function noReference(ref: string): BlotterError {
  return new BlotterError('usage', `"${ref}" names no batch: it is neither a time, a day, latest nor a snapshot id.`, {
    todo: 'Write a batch (2026-11-23T06:00:00Z), a day (2026-11-23), latest, latest~1, or a snapshot id.',
    context: { ref },
  })
}

/** The batch that a person named by its time. Throws `usage` for what is no time with a zone. */
export function parseBatchAt(text: string): BatchAt {
  const at = readBatchAt(text)
  if (at !== undefined) return at
  throw new BlotterError('usage', `"${text}" is not the time of a batch: expected something like 2026-11-23T06:00:00Z.`, {
    todo: 'Give the time in UTC with a Z at its end, or with an offset such as -06:00.',
    context: { given: text },
  })
}
