import type { State } from '../../state/state.ts'
import { listRuns, type RunDetails, showRun } from './runs.ts'

/** How a run stands, as whoever watches is told of each change. */
export interface RunNews {
  run: string
  batch_at: string
  state: string
  /** The step that is under way, else the last that was; null before the first. */
  step: string | null
  step_state: string | null
  attempt: number
  rows_done: number | null
  rows_expected: number | null
}

export interface RunWatch {
  /** Undefined while there is none yet. */
  state(): State | undefined
  onNews(news: RunNews): void
  /** Default 500. */
  everyMs?: number
}

/** Runs before these have ended, or are gone on with by somebody who then is among these. */
const LOOKED_AT = 5

/**
 * Tells of every change of a run, whichever process works on it, until the function returned is called. A look costs
 * next to nothing while nobody has written to the state.
 */
export function watchRuns({ state, onNews, everyMs = 500 }: RunWatch): () => void {
  let known: Map<string, string> | undefined
  let written: string | undefined
  let isRunning = false
  const look = (): void => {
    const opened = state()
    if (!opened) return
    const now = writesOf(opened)
    // A process that died writes nothing; that its run rests is only seen by looking.
    if (now === written && !isRunning) return
    written = now
    const news = listRuns(opened, { limit: LOOKED_AT }).map((run) => newsOf(showRun(opened, run.run)))
    isRunning = news.some((one) => one.state === 'running')
    const told = new Map(news.map((one) => [one.run, JSON.stringify(one)]))
    // What was there before anybody looked is no news.
    if (known) for (const one of news.toReversed()) if (known.get(one.run) !== told.get(one.run)) onNews(one)
    known = told
  }
  const quietly = (): void => {
    try {
      look()
    } catch {
      // A state that is locked, or is being made anew, can be read the next time.
    }
  }
  quietly()
  known ??= new Map()
  const timer = setInterval(quietly, everyMs)
  timer.unref()
  return () => clearInterval(timer)
}

/** Differs whenever this connection or another one has written. */
function writesOf({ database }: State): string {
  const others = database.get<{ data_version: number }>('PRAGMA data_version')?.data_version
  const own = database.get<{ n: number }>('SELECT total_changes() AS n')?.n
  return `${others} ${own}`
}

function newsOf({ run, batch_at, state, steps }: RunDetails): RunNews {
  const step = steps.findLast((one) => one.state === 'running') ?? steps.findLast((one) => one.attempts > 0)
  return {
    run,
    batch_at,
    state,
    step: step?.name ?? null,
    step_state: step?.state ?? null,
    attempt: step?.attempts ?? 0,
    rows_done: step?.rows?.done ?? null,
    rows_expected: step?.rows?.expected ?? null,
  }
}
