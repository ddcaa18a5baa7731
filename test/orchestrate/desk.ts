import type { TestContext } from 'node:test'
import { systemClock } from '../../src/clock.ts'
import { beginRun } from '../../src/orchestrate/run/begin.ts'
import type { RunEvent } from '../../src/orchestrate/run/event.ts'
import { acquireLease, type Lease } from '../../src/orchestrate/lease.ts'
import { type RunResult, runSteps, type RunStepsOptions } from '../../src/orchestrate/run/runner.ts'
import type { Step } from '../../src/orchestrate/run/step.ts'
import { openState, type State } from '../../src/state/state.ts'
import { testFolder } from '../state/folder.ts'

export const SOURCE = 'mysql://blotter@db/chicago'

/** A state and a lease of a test's own, and what it takes to run steps on them. */
export interface Desk {
  state: State
  lease: Lease
  events: RunEvent[]
  begin(batchAt?: string): string
  go(run: string, steps: readonly Step<object>[], given?: Partial<RunStepsOptions<object>>): Promise<RunResult>
}

export async function desk(t: TestContext): Promise<Desk> {
  const state = openState(testFolder(t))
  const lease = await acquireLease(state, { clock: systemClock })
  t.after(() => {
    lease.release()
    state.close()
  })
  const events: RunEvent[] = []
  return {
    state,
    lease,
    events,
    begin(batchAt = '2026-11-23T06:00:00Z') {
      const run = { batch_at: batchAt, kind: null, source: SOURCE, options: {} }
      return beginRun(run, { state, lease, clock: systemClock }).run
    },
    go: (run, steps, given) =>
      runSteps({
        state,
        lease,
        run,
        steps,
        context: {},
        clock: systemClock,
        signal: new AbortController().signal,
        retry: { maxAttempts: 3, baseMs: 2, capMs: 5 },
        onEvent: (event) => events.push(event),
        ...given,
      }),
  }
}
