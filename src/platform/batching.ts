import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Config } from '../model/configuration.ts'
import { terminateRun } from '../orchestrate/recover.ts'
import { listRuns, showRun } from '../orchestrate/runs.ts'
import { type BatchMaker, makeBatch, releaseBatch, resumeBatch } from '../pipeline/make-batch.ts'
import { QUARANTINE_URL } from '../pipeline/quarantine-source.ts'
import type { State } from '../state/state.ts'
import { tellOfTerminated } from './lineage.ts'
import { sourceUrl } from './refusals.ts'
import { runRecorder } from './run-record.ts'
import { batchWatch, detailOf, summaryOf, type Watch } from './told.ts'

interface Parts {
  config: Config
  clock: Clock
  maker(): BatchMaker
  existing(): BatchMaker
  state(): State
  stateExists(): boolean
}

/** What the platform offers of runs: to make a batch, to go on, to decide, and to look at what was done. */
export function batching(parts: Parts & Parameters<typeof tellOfTerminated>[0], log: Log) {
  const recorded = (watch: Watch) => batchWatch(watch, log, runRecorder(parts))
  return {
    run: async (options: { full: boolean; at?: BatchAt }, watch: Watch) =>
      makeBatch(parts.maker(), { ...options, source: sourceUrl(parts.config) }, recorded(watch)),
    runResume: async (run: string | undefined, watch: Watch) => resumeBatch(parts.maker(), run, recorded(watch)),
    runRelease: async (run: string | undefined, watch: Watch) => releaseBatch(parts.maker(), run, recorded(watch)),
    runTerminate: async (run?: string) => {
      const { run: ended } = terminateRun(parts.state(), run, parts.clock)
      await tellOfTerminated(parts)
      return summaryOf(ended)
    },
    runs: async () => (parts.stateExists() ? listRuns(parts.state()).map(summaryOf) : []),
    runShow: async (run?: string) => detailOf(showRun(parts.state(), run)),
    quarantineRelease: async (watch: Watch) =>
      makeBatch(parts.existing(), { source: QUARANTINE_URL, full: false }, recorded(watch)),
  }
}
