import { pastStepSeconds, type RunRow } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import type { StepRow } from '../../state/step-rows.ts'
import { MOST_SAMPLES, type PastTimes, type StepSoFar } from './forecast.ts'

/** Steps as a forecast wants them: one that runs has the time since it began. */
export function stepsSoFar(
  steps: readonly Pick<StepRow, 'name' | 'state' | 'seconds' | 'started_at'>[],
  at: Date,
): StepSoFar[] {
  return steps.map(({ name, state, seconds, started_at }) => {
    const isRunning = state === 'running' && started_at !== null
    return {
      name,
      state: state === 'running' ? 'running' : state === 'queued' ? 'waiting' : 'done',
      elapsedMs: isRunning ? Math.max(0, at.getTime() - Date.parse(started_at)) : seconds * 1000,
    }
  })
}

/** How long each step took in earlier runs like this one. */
export function pastTimes(state: State, run: RunRow): PastTimes {
  const times = new Map<string, number[]>()
  for (const { name, seconds } of pastStepSeconds(state.database, run, MOST_SAMPLES)) {
    times.set(name, [...(times.get(name) ?? []), seconds * 1000])
  }
  return times
}
