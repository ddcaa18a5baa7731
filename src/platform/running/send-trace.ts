import { type Context, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  type IdGenerator,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { createHash } from 'node:crypto'
import type { RunDetails, StepRecord } from '../../orchestrate/run/runs.ts'

/** A go of a run, to be told as spans; `since` is when it began, in ms since 1970: what an earlier go did is in its own spans. */
export interface TracedGo {
  run: RunDetails
  since: number
  until: number
  /** Where the lake is, so that runs of two lakes are two traces. */
  lake: string
}

export interface TraceTarget {
  url: string
  headers: Record<string, string>
  service: string
  version: string
}

/** For a collector that does not answer. */
const TIMEOUT_MS = 5000

/** Sends a go of a run as spans: the run, its steps, their attempts. Rejects where the collector does not take them in five seconds. */
export async function sendTrace(go: TracedGo, { url, headers, service, version }: TraceTarget): Promise<void> {
  const made = new InMemorySpanExporter()
  const ids = idsOf(go)
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': version }),
    idGenerator: ids,
    spanProcessors: [new SimpleSpanProcessor(made)],
  })
  makeSpans(provider, ids, go)
  await provider.forceFlush()
  const exporter = new OTLPTraceExporter({ url, headers, timeoutMillis: TIMEOUT_MS })
  try {
    await new Promise<void>((resolve, reject) =>
      exporter.export(made.getFinishedSpans(), ({ code, error }) => (code === 0 ? resolve() : reject(error))),
    )
  } finally {
    await exporter.shutdown()
    await provider.shutdown()
  }
}

/** Ids (W3C Trace Context) that follow from what they are of: a run is one trace, whichever processes go on with it. */
interface Ids extends IdGenerator {
  /** The span that is made next is of this. */
  next(...what: readonly (string | number)[]): void
}

function idsOf({ run: { run }, lake }: TracedGo): Ids {
  const hash = (length: number, ...what: readonly (string | number)[]): string =>
    createHash('sha256')
      .update(JSON.stringify([lake, run, ...what]))
      .digest('hex')
      .slice(0, length)
  let of: readonly (string | number)[] = []
  return {
    next: (...what) => void (of = what),
    generateTraceId: () => hash(32),
    generateSpanId: () => hash(16, ...of),
  }
}

function makeSpans(provider: BasicTracerProvider, ids: Ids, go: TracedGo): void {
  const { run, since, until } = go
  const tracer = provider.getTracer('blotter')
  const span = (
    parent: Context,
    name: string,
    [from, to]: readonly [number, number],
    attributes: Record<string, string | number>,
    problem?: string,
  ): Context => {
    const made = tracer.startSpan(name, { startTime: from, attributes }, parent)
    if (problem !== undefined) made.setStatus({ code: SpanStatusCode.ERROR, message: problem })
    const within = trace.setSpan(parent, made)
    made.end(Math.max(from, to))
    return within
  }
  ids.next('go', since)
  const own = { 'blotter.run': run.run, 'blotter.batch_at': run.batch_at, 'blotter.state': run.state }
  const failure = run.error ?? run.held
  const root = span(
    ROOT_CONTEXT,
    'run',
    [since, until],
    { ...own, 'blotter.kind': run.kind ?? 'open', ...countsOf(run) },
    failure?.message,
  )
  for (const step of run.steps) {
    const tries = triesSince(step, since, until)
    if (tries.length === 0) continue
    ids.next('step', since, step.name)
    const whole = [Math.min(...tries.map((one) => one.from)), Math.max(...tries.map((one) => one.to))] as const
    const named = { 'blotter.step': step.name, 'blotter.state': step.state, 'blotter.attempts': tries.length }
    const within = span(root, step.name, whole, named, step.error?.message)
    for (const { attempt, state, from, to, message } of tries) {
      ids.next('attempt', step.name, attempt)
      const facts = { 'blotter.step': step.name, 'blotter.attempt': attempt, 'blotter.state': state }
      span(within, `${step.name} attempt ${attempt}`, [from, to], facts, message)
    }
  }
}

function triesSince({ tries }: StepRecord, since: number, until: number) {
  return tries.flatMap(({ attempt, state, started_at, ended_at, error }) => {
    const from = Date.parse(started_at)
    // An attempt that a signal ended has no end on record before its run has one.
    const to = ended_at === null ? until : Date.parse(ended_at)
    return from < since ? [] : [{ attempt, state, from, to, message: error?.message }]
  })
}

/** What became of the run's rows, where it got so far. */
function countsOf({ report }: RunDetails): Record<string, number> {
  const { rows = {} } = (report ?? {}) as { rows?: Record<string, number> }
  return Object.fromEntries(Object.entries(rows).map(([name, n]) => [`blotter.rows.${name}`, n]))
}
