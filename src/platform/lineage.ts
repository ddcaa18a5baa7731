import type { Engine } from '../engine/engine.ts'
import { afterRun } from '../pipeline/lineage/tell.ts'
import type { BatchMaker } from '../pipeline/make-batch.ts'

/** Tells of a run that was ended from outside; that it cannot be told changes nothing, a later run tries again. */
export async function tellOfTerminated(parts: { lakeExists(): boolean; existing(): BatchMaker; openEngine(): Promise<Engine> }): Promise<void> {
  if (!parts.lakeExists()) return
  await using engine = await parts.openEngine()
  await afterRun(parts.existing(), engine, { signal: new AbortController().signal, onNotice: () => {} })
}
