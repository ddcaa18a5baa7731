// Runs four steps on the state in argv[2]; each notes its start and its end in the file argv[3]. Step argv[4] never ends.
import { appendFileSync } from 'node:fs'
import { sleep, systemClock as clock } from '../../../src/clock.ts'
import { BlotterError } from '../../../src/errors.ts'
import { beginRun } from '../../../src/orchestrate/run/begin.ts'
import { acquireLease } from '../../../src/orchestrate/lease.ts'
import { interruptedRun } from '../../../src/orchestrate/run/recover.ts'
import { runSteps } from '../../../src/orchestrate/run/runner.ts'
import type { Step } from '../../../src/orchestrate/run/step.ts'
import { openState } from '../../../src/state/state.ts'
import { SOURCE } from '../desk.ts'

const [folder = '', log = '', hangs = ''] = process.argv.slice(2)

const step = (name: string): Step<null> => ({
  name,
  run: async (_, { signal, previous }) => {
    appendFileSync(log, `${name} start\n`)
    if (name === hangs) {
      console.log(`hanging in ${name}`)
      await sleep(60_000, signal)
    }
    appendFileSync(log, `${name} done\n`)
    return { after: Object.keys(previous) }
  },
})

try {
  using state = openState(folder)
  using lease = await acquireLease(state, { clock })
  const batch = { batch_at: '2026-11-23T06:00:00Z', kind: null, source: SOURCE, options: {} }
  const { run } = interruptedRun(state, SOURCE) ?? beginRun(batch, { state, lease, clock })
  const stop = new AbortController()
  process.once('SIGTERM', () => stop.abort())
  const steps = ['a', 'b', 'c', 'd'].map(step)
  const result = await runSteps({ state, lease, run, steps, context: null, clock, signal: stop.signal })
  console.log(`${run} ${result.state} ${result.error?.code ?? ''}`)
} catch (error) {
  console.log(error instanceof BlotterError ? `${error.code}: ${error.message} ${error.todo}` : error)
  process.exitCode = 1
}
