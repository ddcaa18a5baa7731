import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import { batchAtOf } from '../../model/batch-at.ts'
import type { Config } from '../../model/configuration.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { type IncidentLoad, type IncidentLoadReport, loadFolder, loadIncidents } from '../../pipeline/load-incidents.ts'
import type { Source } from '../../source/source.ts'
import type { Watch } from './watch.ts'

interface Parts {
  config: Config
  clock: Clock
  pipeline: Pipeline
  openEngine(): Promise<Engine>
  openSource(url: string): Promise<Source>
  openTarget(url: string, signal: AbortSignal): ReturnType<IncidentLoad['openTarget']>
}

/** `load --json`. */
export interface LoadReport extends IncidentLoadReport {
  /** Without password. */
  into: string
}

/** The verb that fills a source with the incidents of any other one, checked and repaired. */
export function loading(parts: Parts) {
  return {
    async load(options: { from: string; into: string; rows?: number }, watch: Watch): Promise<LoadReport> {
      const { from, limit } = limited(options.from, options.rows)
      await using engine = await parts.openEngine()
      const report = await loadIncidents({
        engine,
        source: await parts.openSource(from),
        openTarget: () => parts.openTarget(options.into, watch.signal),
        pipeline: parts.pipeline,
        mapping: parts.config.source.columns,
        at: batchAtOf(parts.clock.now()),
        folder: loadFolder(parts.config.state, process.pid),
        ...(limit === undefined ? {} : { limit }),
        signal: watch.signal,
        progress: (step, rows, expected) =>
          watch.onEvent({ type: 'rows', step, rows, ...(expected === undefined ? {} : { expected }) }),
      })
      return { into: options.into, ...report }
    },
  }
}

/** Of the demo, `--rows` is how many there are, so that the city is whole; of all others, how many are taken. */
function limited(from: string, rows: number | undefined): { from: string; limit?: number } {
  if (rows === undefined) return { from }
  if (!from.startsWith('demo:')) return { from, limit: rows }
  const url = new URL(from)
  url.searchParams.set('rows', String(rows))
  return { from: url.href }
}
