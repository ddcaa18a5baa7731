import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Config } from '../../model/configuration.ts'
import { terminateRun } from '../../orchestrate/run/recover.ts'
import { runMissing } from '../../orchestrate/run/run-missing.ts'
import { listRuns, showRun } from '../../orchestrate/run/runs.ts'
import type { BatchMaker, BatchWatch } from '../../pipeline/batch/batch-maker.ts'
import { makeBatch, releaseBatch, resumeBatch } from '../../pipeline/batch/make-batch.ts'
import { QUARANTINE_URL } from '../../pipeline/batch/quarantine-source.ts'
import type { Reader } from '../../query/reader.ts'
import type { State } from '../../state/state.ts'
import { tellOfTerminated } from '../reading/lineage.ts'
import { sourceUrl } from '../source-url.ts'
import { runRecorder } from './run-record.ts'
import { traced } from './traced.ts'
import { detailOf, summaryOf } from './run-summary.ts'
import { batchWatch, type Watch } from './watch.ts'

interface Parts {
  config: Config
  clock: Clock
  maker(): BatchMaker
  existing(): BatchMaker
  reader(): Pick<Reader, 'resolve'>
  state(): State
  stateExists(): boolean
  location: string
  codeVersion: string
}

/** The verbs on runs: make a batch, go on with one, decide about one, and look at what was done. */
export function batching(parts: Parts & Parameters<typeof tellOfTerminated>[0], log: Log) {
  const send = traced(parts, log)
  const watched = <T>(watch: Watch, work: (watch: BatchWatch) => Promise<T>): Promise<T> =>
    send(batchWatch(watch, log, runRecorder(parts)), work)
  // Who asks about a run that cannot be there makes no state for it.
  const recorded = (run: string | undefined): State => {
    if (!parts.stateExists()) throw runMissing(run)
    return parts.state()
  }
  return {
    run: async (options: { full: boolean; at?: BatchAt }, watch: Watch) =>
      watched(watch, (own) => makeBatch(parts.maker(), { ...options, source: sourceUrl(parts.config) }, own)),
    runResume: async (run: string | undefined, watch: Watch) => {
      recorded(run)
      return watched(watch, (own) => resumeBatch(parts.maker(), run, own))
    },
    runRelease: async (run: string | undefined, watch: Watch) => {
      recorded(run)
      return watched(watch, (own) => releaseBatch(parts.maker(), run, own))
    },
    runTerminate: async (run?: string) => {
      const { run: ended } = terminateRun(recorded(run), run, parts.clock)
      await tellOfTerminated(parts)
      return summaryOf(ended)
    },
    runs: async () => (parts.stateExists() ? listRuns(parts.state()).map(summaryOf) : []),
    runShow: async (run?: string) => detailOf(showRun(recorded(run), run)),
    quarantineRelease: async (watch: Watch) => {
      // A first batch is of a source: without one there is nothing that could have been quarantined.
      await parts.reader().resolve('latest')
      return watched(watch, (own) => makeBatch(parts.existing(), { source: QUARANTINE_URL, full: false }, own))
    },
  }
}
