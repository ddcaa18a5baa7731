import type { RunState } from '../../model/report.ts'
import type { RunNotice } from '../../state/run-notice-rows.ts'
import type { RunDetails } from './runs.ts'

/** A line of what happened in a run. */
export interface RunLogLine {
  at: string
  level: 'info' | 'warn' | 'error'
  /** Null for the run itself. */
  step: string | null
  message: string
}

/** What happened in a run by its record, oldest first: every attempt with its outcome, and what people should know. */
export function runLog(run: RunDetails, notices: readonly RunNotice[]): RunLogLine[] {
  const lines: RunLogLine[] = [{ at: run.started_at, level: 'info', step: null, message: `Run ${run.run} begins.` }]
  for (const step of run.steps) {
    for (const { attempt, state, started_at, ended_at, error } of step.tries) {
      const which = attempt === 1 ? '' : ` (attempt ${attempt})`
      lines.push({ at: started_at, level: 'info', step: step.name, message: `begins${which}` })
      if (state === 'running') continue
      const seconds = ended_at === null ? '' : ` after ${tookSeconds(started_at, ended_at)} s`
      const level = state === 'failed' ? 'error' : state === 'terminated' ? 'warn' : 'info'
      const why = error ? `: ${error.message}` : ''
      // When an attempt ended that died with its process, nobody knows.
      lines.push({ at: ended_at ?? started_at, level, step: step.name, message: `${state}${seconds}${which}${why}` })
    }
  }
  for (const { noted_at, message } of notices) lines.push({ at: noted_at, level: 'warn', step: null, message })
  if (run.finished_at !== null) lines.push(endOf(run, run.finished_at))
  // Sorting is stable: what happened within one millisecond stays as it was written.
  return lines.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

const ENDS: Partial<Record<RunState, string>> = { held: 'is held', terminated: 'was terminated', skipped: 'was skipped' }

function endOf({ state, held, error, seconds }: RunDetails, at: string): RunLogLine {
  const level = state === 'failed' ? 'error' : state === 'held' || state === 'terminated' ? 'warn' : 'info'
  const why = held?.message ?? error?.message
  return {
    at,
    level,
    step: null,
    message: `The run ${ENDS[state] ?? state} after ${seconds ?? 0} s${why ? `: ${why}` : '.'}`,
  }
}

function tookSeconds(from: string, to: string): string {
  return ((Date.parse(to) - Date.parse(from)) / 1000).toFixed(2)
}
