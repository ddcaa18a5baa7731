import { type Clock, sleep } from '../../clock.ts'
import { interrupted } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Config } from '../../model/configuration.ts'
import { expectedSeconds, marginsOf } from '../../orchestrate/watch/margins.ts'
import { runLog } from '../../orchestrate/run/run-log.ts'
import { listRuns, type RunDetails, showRun } from '../../orchestrate/run/runs.ts'
import { countRuns } from '../../state/run-rows.ts'
import { readNotices } from '../../state/run-notice-rows.ts'
import type { State } from '../../state/state.ts'
import { detailOf, lineOf, type RunSummary } from '../running/run-summary.ts'
import type { Watch, WorkEvent } from '../running/watch.ts'

interface Parts {
  config: Config
  clock: Clock
  state(): State
  stateExists(): boolean
}

/** Of the verbs, those that a person at the pages may ask for. */
interface Verbs {
  run(options: { full: boolean; at?: BatchAt }, watch: Watch): Promise<BegunRun>
  runResume(run: string | undefined, watch: Watch): Promise<BegunRun>
  runRelease(run: string | undefined, watch: Watch): Promise<BegunRun>
  runTerminate(run?: string): Promise<RunSummary>
  quarantineRelease(watch: Watch): Promise<BegunRun>
}

/** A run that was begun, or gone on with, for somebody. */
export interface BegunRun {
  run: string
  batch_at: BatchAt
}

export type RunDesk = ReturnType<typeof runDesk>

/** What a run does after its end takes at most so long. */
const SETTLING_MS = 3000

/**
 * Runs for those who look and act from elsewhere: a run that is asked for here is carried on by this process, and whoever
 * asked is answered as soon as it has its name. What they see is read from the state, whichever process works.
 */
export function runDesk(parts: Parts, verbs: Verbs) {
  const stop = new AbortController()
  /** What this process carries, by its promise; the name is there once the run has one. */
  const carried = new Map<Promise<unknown>, { run?: string }>()
  const isAtRest = ({ run }: { run?: string }): boolean =>
    run !== undefined && !['queued', 'running'].includes(showRun(parts.state(), run).state)
  const begin = async (work: (watch: Watch) => Promise<BegunRun>): Promise<BegunRun> => {
    // A run that has just come to rest still tells people of it, and has the lake while it does.
    const settling = [...carried].flatMap(([done, named]) => (isAtRest(named) ? [done] : []))
    if (settling.length > 0) await Promise.race([Promise.all(settling), sleep(SETTLING_MS, stop.signal).catch(() => {})])
    return new Promise((resolve, reject) => {
      const named: { run?: string } = {}
      const onEvent = (event: WorkEvent): void => {
        if (event.type !== 'run') return
        named.run = event.run
        resolve({ run: event.run, batch_at: event.batch_at })
      }
      // Its failure is on record with the run; here it matters only before there is one.
      const done = work({ signal: stop.signal, onEvent }).then(({ run, batch_at }) => resolve({ run, batch_at }), reject)
      carried.set(done, named)
      void done.finally(() => carried.delete(done))
    })
  }
  return {
    list({ offset, limit }: { offset: number; limit: number }) {
      if (!parts.stateExists()) return { total: 0, runs: [] }
      const state = parts.state()
      const runs = listRuns(state, { offset, limit }).map((run) => lineOf(showRun(state, run.run)))
      return { total: countRuns(state.database), runs }
    },
    /** Throws `run_missing`. */
    show: (run: string) => storyOf(parts, showRun(parts.state(), run)),
    begin: (options: { full: boolean; at?: BatchAt }) => begin((watch) => verbs.run(options, watch)),
    resume: (run: string) => begin((watch) => verbs.runResume(run, watch)),
    release: (run: string) => begin((watch) => verbs.runRelease(run, watch)),
    terminate: (run: string) => verbs.runTerminate(run),
    releaseQuarantine: () => begin((watch) => verbs.quarantineRelease(watch)),
    /** Interrupts what this process carries; it waits to be gone on with. */
    async [Symbol.asyncDispose]() {
      stop.abort(interrupted())
      await Promise.all(carried.keys())
    },
  }
}

/** Everything about one run: its steps with every attempt and how far they are, its limits on time, what happened. */
function storyOf({ config, clock, state }: Parts, run: RunDetails) {
  const now = clock.now()
  const { steps, ...detail } = detailOf(run)
  const tried = new Map(run.steps.map(({ name, tries, rows }) => [name, { tries, rows }]))
  return {
    ...detail,
    released: run.released,
    steps: steps.map((step) => {
      const { tries = [], rows } = tried.get(step.name) ?? {}
      const told = tries.map(({ error, ...one }) => ({ ...one, message: error?.message ?? null }))
      return { ...step, tries: told, ...(rows ? { rows } : {}) }
    }),
    margins: marginsOf(state(), run, config.sla, now),
    expected_seconds: expectedSeconds(state(), run, now),
    log: runLog(run, readNotices(state().database, run.run)),
    told_at: now.toISOString(),
  }
}
