import { type Clock, monotonicSeconds } from '../../clock.ts'
import { redaction } from '../../log/redaction.ts'
import { addNotice } from '../../state/run-notice-rows.ts'
import type { State } from '../../state/state.ts'
import { keepProgress } from '../../state/step-rows.ts'

/** Where a run's progress and notices are kept, so that people of other processes see them. */
export interface RunRecorder {
  rows(run: string, step: string, done: number, expected?: number): void
  notice(run: string, message: string): void
}

/** Progress is written down so often at most: each write waits for the disk. */
const EVERY_SECONDS = 1

export function runRecorder({ state, clock }: { state(): State; clock: Clock }): RunRecorder {
  let last = { step: '', at: -Infinity }
  return {
    rows(run, step, done, expected) {
      const at = monotonicSeconds()
      if (step === last.step && at - last.at < EVERY_SECONDS) return
      last = { step, at }
      quietly(() => keepProgress(state().database, run, step, { done, expected }))
    },
    notice(run, message) {
      const noted_at = clock.now().toISOString()
      quietly(() => addNotice(state().database, run, { noted_at, message: redaction.text(message) }))
    },
  }
}

/** Nothing that is only looked at may fail a run; whatever is wrong with the state, the run finds itself. */
function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // The next one may be kept again.
  }
}
