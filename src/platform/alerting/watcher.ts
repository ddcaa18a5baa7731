import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { monotonicSeconds, sleep } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Config } from '../../model/configuration.ts'
import { isWatched } from '../../orchestrate/watch/watch.ts'
import type { RunAlerts } from '../../pipeline/batch/run-alerts.ts'
import { countUntried } from '../../state/alert-rows.ts'
import type { State } from '../../state/state.ts'
import { wishesOf } from './alerting.ts'

const COMMAND_LINE = fileURLToPath(new URL('../../cli/main.ts', import.meta.url))

/** How long a run that is over may wait for its alerts to be sent. */
const SETTLE_SECONDS = 2
const SETTLE_LOOK_MS = 50
/** Before a watcher that has ended is started again. */
const WATCHER_PAUSE_MS = 10_000

/** How a run has its alerts watched over and sent: by another process, of which it only asks that it is there. */
export function runAlerts(config: Config, state: () => State): RunAlerts {
  const watchApart = (): void => {
    try {
      if (!isWatched(state())) startWatcher(config)
    } catch {
      // A run is made whether or not anybody watches it; what it raises waits in the outbox.
    }
  }
  return {
    wishes: wishesOf(config),
    watch: watchApart,
    async settle() {
      if (countUntried(state().database) === 0) return
      watchApart()
      const until = monotonicSeconds() + SETTLE_SECONDS
      while (countUntried(state().database) > 0 && monotonicSeconds() < until) await sleep(SETTLE_LOOK_MS)
    },
  }
}

/**
 * Starts the process that watches. It reads the same configuration out of the same folder and environment; it has its own
 * session, so that neither Ctrl-C nor the end of this process ends it.
 */
function startWatcher(config: Config): void {
  const child = spawn(process.execPath, watcherArgs(config), { detached: true, stdio: 'ignore' })
  child.on('error', () => {})
  child.unref()
}

function watcherArgs({ file, lake }: Config, more: readonly string[] = []): string[] {
  const place = ['--lake', lake, ...(file === undefined ? [] : ['--config', file])]
  return ['--max-old-space-size=128', COMMAND_LINE, 'alerts', 'watch', ...more, ...place]
}

/**
 * Keeps a process that watches deadlines, freshness and the schedule too, for as long as a server works; another one is started
 * when it ends. It gets no signal of the terminal's, so that what is being sent is sent.
 */
export async function keepWatched(config: Config, log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const args = watcherArgs(config, ['--stay', '--until-stdin-ends'])
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
    const stop = (): void => void child.kill('SIGTERM')
    // Nothing is written to it: it sees by this pipe that the server has ended, even if that was killed.
    child.stdin.on('error', () => {})
    signal.addEventListener('abort', stop, { once: true })
    const end = await new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message))
      child.once('exit', (code, by) => resolve(String(by ?? code)))
    })
    signal.removeEventListener('abort', stop)
    if (signal.aborted) return
    log.warn({ end, again_in_ms: WATCHER_PAUSE_MS }, 'the watcher of deadlines has ended and is started again')
    await sleep(WATCHER_PAUSE_MS, signal).catch(() => undefined)
  }
}
