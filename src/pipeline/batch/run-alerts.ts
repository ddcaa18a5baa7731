import type { Clock } from '../../clock.ts'
import { asBlotterError } from '../../errors.ts'
import type { DigestReport } from '../../model/alert.ts'
import { type AlertWishes, openDeadlines, raiseRunEnd } from '../../orchestrate/watch/raise.ts'
import type { RunResult } from '../../orchestrate/run/runner.ts'
import type { RunRecord } from '../../orchestrate/run/runs.ts'
import type { State } from '../../state/state.ts'

/** How a run has people told; whoever sends is another process. */
export interface RunAlerts {
  wishes: AlertWishes
  /** Sees to it that somebody watches the deadlines. Never throws. */
  watch(): void
  /** Lets what was raised be sent, for two seconds at most. */
  settle(): Promise<void>
}

/** What a run does about people while it is carried on. Nothing of it fails or changes the run. */
export interface RunTeller {
  /** Before the work: stores the deadlines and has them watched. */
  begun(): void
  /** Within the write that stores how the run ended. */
  ended(result: Pick<RunResult, 'state' | 'error'>, report: () => DigestReport): void
  /** What was thrown, where no end of the run was stored: it could not even begin. */
  failed(error: unknown): void
  settled(): Promise<void>
}

/** No failures to wake people for: somebody stopped the run, or mistyped what it was to read, and is there. */
const BY_HAND: readonly string[] = ['interrupted', 'run_terminated', 'usage', 'source_url_invalid']

export function runTeller(
  { state, clock, alerts }: { state: State; clock: Clock; alerts?: RunAlerts | undefined },
  { run }: RunRecord,
): RunTeller {
  if (alerts === undefined || alerts.wishes.channels.length === 0) return SILENT
  const { wishes } = alerts
  let told = false
  return {
    begun: () =>
      quietly(() => {
        openDeadlines(state, run, wishes, clock.now())
        alerts.watch()
      }),
    ended(result, report) {
      told = true
      raiseRunEnd(state, run, result, { wishes, at: clock.now(), report })
    },
    failed(thrown) {
      const error = asBlotterError(thrown)
      // Whoever has the lease now goes on with the run, under the deadlines that there are.
      if (told || error.code === 'lease_lost') return
      const ended = { state: BY_HAND.includes(error.code) ? 'queued' : 'failed', error } as const
      quietly(() => raiseRunEnd(state, run, ended, { wishes, at: clock.now(), report: () => null }))
    },
    settled: () => alerts.settle().catch(() => {}),
  }
}

const SILENT: RunTeller = { begun() {}, ended() {}, failed() {}, settled: async () => {} }

function quietly(work: () => void): void {
  try {
    work()
  } catch {
    // Whatever is wrong with the state is found by the run itself, with a message of its own.
  }
}
