/**
 * `node bench/orchestrate.ts [--steps 1000] [--graphs 5]`: what the runner itself takes. Steps that do nothing hand over to each
 * other, every outcome on the disk before the next one starts; told are the gaps between them and a graph of so many as a whole.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/clock.ts'
import { beginRun } from '../src/orchestrate/run/begin.ts'
import { quantile } from '../src/orchestrate/watch/forecast.ts'
import { acquireLease } from '../src/orchestrate/lease.ts'
import { runSteps } from '../src/orchestrate/run/runner.ts'
import type { Step } from '../src/orchestrate/run/step.ts'
import { openState } from '../src/state/state.ts'

const { values } = parseArgs({
  options: { steps: { type: 'string', default: '1000' }, graphs: { type: 'string', default: '5' } },
})
const steps = Number(values.steps)

/** A graph's run: how long it took, and the time from the end of each step's work to the begin of the next one's. */
async function runGraph(folder: string): Promise<{ seconds: number; gapsMs: number[] }> {
  using state = openState(folder)
  using lease = await acquireLease(state, { clock: systemClock })
  const gapsMs: number[] = []
  let ended: number | undefined
  const graph = Array.from({ length: steps }, (_, n): Step<object> => ({
    name: `step-${n}`,
    run: async () => {
      const begun = performance.now()
      if (ended !== undefined) gapsMs.push(begun - ended)
      ended = performance.now()
      return { n }
    },
  }))
  const at = systemClock.now().toISOString()
  const { run } = beginRun({ batch_at: at, kind: null, source: 'bench', options: {} }, { state, lease, clock: systemClock })
  const begun = performance.now()
  const signal = new AbortController().signal
  const { state: outcome } = await runSteps({
    state,
    run,
    lease,
    steps: graph,
    context: {},
    signal,
    clock: systemClock,
    onEvent: () => {},
  })
  if (outcome !== 'succeeded' || gapsMs.length !== steps - 1) throw new Error(`The graph is ${outcome}.`)
  return { seconds: (performance.now() - begun) / 1000, gapsMs }
}

const folder = await mkdtemp(join(tmpdir(), 'blotter-bench-'))
try {
  const runs = []
  for (let graph = 0; graph < Number(values.graphs); graph++) runs.push(await runGraph(join(folder, String(graph))))
  const gaps = runs.flatMap((run) => run.gapsMs)
  const figures = {
    steps,
    graphs: runs.length,
    hand_over_ms: { median: quantile(gaps, 0.5), p95: quantile(gaps, 0.95), max: Math.max(...gaps) },
    graph_seconds: {
      median: quantile(
        runs.map((run) => run.seconds),
        0.5,
      ),
      all: runs.map((run) => run.seconds),
    },
    machine: { cpu: cpus()[0]?.model ?? '', cores: cpus().length, load: loadavg()[0], node: process.version },
  }
  console.log(
    JSON.stringify(figures, (_, value: unknown) => (typeof value === 'number' ? Number(value.toFixed(3)) : value), 2),
  )
} finally {
  await rm(folder, { recursive: true, force: true })
}
