import type { Clock } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { redaction } from '../../log/redaction.ts'
import type { Config } from '../../model/configuration.ts'
import { decoded } from '../../model/url-text.ts'
import { showRun } from '../../orchestrate/run/runs.ts'
import type { BatchWatch } from '../../pipeline/batch/batch-maker.ts'
import type { State } from '../../state/state.ts'

interface Parts {
  config: Config
  clock: Clock
  location: string
  state(): State
  codeVersion: string
}

/** Does work on a run and sends what was done as a trace, where the configuration says where to. Nothing of that fails the work. */
export function traced({ config, clock, location, state, codeVersion }: Parts, log: Log) {
  return async <T>(watch: BatchWatch, work: (watch: BatchWatch) => Promise<T>): Promise<T> => {
    const { tracing } = config
    if (!tracing) return work(watch)
    let begun: { run: string; since: number } | undefined
    const onStart: BatchWatch['onStart'] = (run) => {
      begun = { run: run.run, since: clock.now().getTime() }
      watch.onStart(run)
    }
    try {
      return await work({ ...watch, onStart })
    } finally {
      if (begun) {
        try {
          const { sendTrace } = await import('./send-trace.ts')
          const { run, since } = begun
          const go = { run: showRun(state(), run), since, until: clock.now().getTime(), lake: location }
          const headers = headersOf((await tracing.headers?.()) ?? '')
          await sendTrace(go, { url: tracing.url, headers, service: tracing.service, version: codeVersion })
        } catch (error) {
          const message = redaction.text(asBlotterError(error).message)
          log.warn({ run: begun.run, url: tracing.url, message }, 'the trace could not be sent')
        }
      }
    }
  }
}

/** `name=value,other=value`, percent-encoded as OpenTelemetry has them. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='))
  return Object.fromEntries(
    pairs.flatMap(([name, ...value]) => (name?.trim() ? [[name.trim(), decoded(value.join('=').trim())]] : [])),
  )
}
