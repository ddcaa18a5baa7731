import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Config } from '../../model/configuration.ts'
import { liftHolds } from '../../pipeline/restore/lift-holds.ts'
import type { BatchMaker } from '../../pipeline/batch/batch-maker.ts'
import { previewRestore, restoreBatch, type RestoreWish } from '../../pipeline/restore/restore-batch.ts'
import type { Reader } from '../../query/reader.ts'
import type { State } from '../../state/state.ts'
import { runRecorder } from './run-record.ts'
import { traced } from './traced.ts'
import { batchWatch, type Watch } from './watch.ts'

export interface RestoreOptions extends Omit<RestoreWish, 'batch'> {
  /** The batch to go back to. */
  ref: string
  /** The name of the batch that does; default: now. */
  at?: BatchAt
}

interface Parts {
  config: Config
  location: string
  codeVersion: string
  clock: Clock
  state(): State
  existing(): BatchMaker
  reader(): Reader
}

/** The verbs on restores: make one, see what it would do, and hold its incidents no longer. */
export function restoring(parts: Parts, log: Log) {
  const send = traced(parts, log)
  const batchOf = async (ref: string): Promise<BatchAt> => (await parts.reader().resolve(ref)).batch.batchAt
  return {
    restore: async ({ ref, ...wish }: RestoreOptions, watch: Watch) =>
      send(batchWatch(watch, log, runRecorder(parts)), async (own) =>
        restoreBatch(parts.existing(), { ...wish, batch: await batchOf(ref) }, own),
      ),
    restorePreview: async ({ ref, ...wish }: RestoreOptions) =>
      previewRestore(parts.existing(), { ...wish, batch: await batchOf(ref) }),
    restoreLift: async ({ ref, table }: { ref?: string; table?: string }, { signal }: Watch) =>
      liftHolds(parts.existing(), { batch: ref === undefined ? undefined : await batchOf(ref), table }, signal),
  }
}
