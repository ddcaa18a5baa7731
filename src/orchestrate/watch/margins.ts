import type { StepReport } from '../../model/report.ts'
import { readDeadlines } from '../../state/deadline-rows.ts'
import { readRun } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import { forecast } from './forecast.ts'
import type { RunDetails } from '../run/runs.ts'
import { pastTimes, stepsSoFar } from './so-far.ts'

/** How a run, or one of its steps, stands to the time that it may take. */
export interface Margin {
  /** `run`, or the name of a step. */
  scope: string
  limit_seconds: number
  elapsed_seconds: number
  /** What is left, or was; less than nothing once it is missed. */
  margin_seconds: number
}

/** Limits as the run had them, or as the configuration has them now where none were stored with it. */
export function marginsOf(
  state: State,
  run: RunDetails,
  sla: { runMs: number; stepsMs: Readonly<Record<string, number>> },
  at: Date,
): Margin[] {
  const stored = readDeadlines(state.database, run.run).map(
    ({ scope, limit_ms }) => [scope.replace(/^step /, ''), limit_ms] as const,
  )
  const limits = new Map<string, number>([['run', sla.runMs], ...Object.entries(sla.stepsMs), ...stored])
  return [...limits].flatMap(([scope, limitMs]) => {
    const elapsed = scope === 'run' ? elapsedOf(run, at) : stepElapsed(run, scope, at)
    if (elapsed === undefined) return []
    const limit = limitMs / 1000
    return [{ scope, limit_seconds: limit, elapsed_seconds: elapsed, margin_seconds: rounded(limit - elapsed) }]
  })
}

/** When a run that is under way is expected to be done, from how long its like took; null where too little is known. */
export function expectedSeconds(state: State, run: RunDetails, at: Date): number | null {
  const row = run.state === 'running' ? readRun(state.database, run.run) : undefined
  if (!row) return null
  const elapsedMs = elapsedOf(run, at) * 1000
  const found = forecast({ elapsedMs, steps: stepsSoFar(run.steps, at) }, pastTimes(state, row))
  return found ? rounded(found.expectedMs / 1000) : null
}

/** A run that is under way, or was killed, has had all the time since it began. */
function elapsedOf({ state, started_at, seconds }: RunDetails, at: Date): number {
  return state === 'running' || seconds === null ? since(started_at, at) : seconds
}

/** Undefined for a step that is not there, or has not begun. */
function stepElapsed({ steps }: RunDetails, name: string, at: Date): number | undefined {
  const step: (StepReport & { started_at: string | null }) | undefined = steps.find((one) => one.name === name)
  if (!step || step.started_at === null || step.state === 'queued') return undefined
  return step.state === 'running' ? since(step.started_at, at) : step.seconds
}

function since(iso: string, at: Date): number {
  return rounded(Math.max(0, (at.getTime() - Date.parse(iso)) / 1000))
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000
}
