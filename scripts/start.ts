/**
 * `npm start`: a first look without any database. Makes a synthetic city's three batches on three days in ./lake, or goes
 * on from the lake that is there with the next day, and tells what happened. `npm start -- --source mysql://…` makes one
 * batch of a real source instead; `--lake DIR` takes another lake. In a terminal it then serves the pages over it, until
 * Ctrl-C; BLOTTER_NO_SERVE=1 ends it before.
 */
import { parseArgs } from 'node:util'
import { monotonicSeconds, systemClock } from '../src/clock.ts'
import type { Platform } from '../src/cli/platform-port.ts'
import { errorText } from '../src/cli/show/error.ts'
import { count } from '../src/cli/show/figures.ts'
import { createProgress } from '../src/cli/show/progress.ts'
import { runReportText } from '../src/cli/show/run-report.ts'
import { type Terminal, terminalOf } from '../src/cli/terminal.ts'
import { loadConfig, processInputs } from '../src/config.ts'
import type { Config } from '../src/model/configuration.ts'
import { asBlotterError, BlotterError, interrupted } from '../src/errors.ts'
import { silentLog } from '../src/log.ts'
import type { BatchAt } from '../src/model/batch-at.ts'
import type { BatchOutcome } from '../src/pipeline/batch/batch-maker.ts'
import { openPlatform } from '../src/platform.ts'
import type { Watch } from '../src/platform/running/watch.ts'
import { daysMade, DEMO, type PlannedDay, planDays } from './start/plan.ts'
import { servePages } from './start/serve.ts'
import { cityText } from './start/summary.ts'

const { env, cwd } = processInputs()
const terminal = terminalOf(process.stdout, process.stderr, env)
const abort = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The handler is gone after the first time: the second ends the process as the system would.
    process.removeAllListeners(signal)
    abort.abort(interrupted())
  })
}

try {
  const config = configOf(process.argv.slice(2))
  process.exitCode = config.source.url === undefined ? await syntheticCity(config) : await realSource(config)
  const isWatched = terminal.out.isTerminal && process.stdin.isTTY && !env['BLOTTER_NO_SERVE']
  if (process.exitCode === 0 && isWatched) process.exitCode = await servePages(config.lake, abort.signal)
} catch (error) {
  const failure = asBlotterError(error)
  await terminal.err.write(errorText(failure, terminal.err, false))
  process.exitCode = failure.exitCode
}

function configOf(args: string[]): Config {
  const options = { source: { type: 'string' }, lake: { type: 'string' }, memory: { type: 'string' } } as const
  try {
    const { values } = parseArgs({ args, options })
    const config = loadConfig({ env, cwd, flags: values })
    // A configured source is for `blotter run`; here only what is asked for by name is read.
    return values.source === undefined ? { ...config, source: { ...config.source, url: undefined } } : config
  } catch (error) {
    if (error instanceof BlotterError) throw error
    throw new BlotterError('usage', `${(error as Error).message.split('\n')[0]}`, {
      todo: 'Write `npm start`, `npm start -- --source mysql://USER@HOST/DB?table=crimes` or `npm start -- --lake DIR`.',
      cause: error,
    })
  }
}

async function realSource(config: Config): Promise<number> {
  await using platform: Platform = await openPlatform(config, silentLog)
  if (!config.source.url?.startsWith('demo:')) await refuseOther(platform, config, 'real')
  const outcome = await withProgress(terminal, (watch) => platform.run({ full: false }, watch))
  await terminal.out.write(runReportText(outcome, terminal.out))
  return exitCodeOf(outcome)
}

async function syntheticCity(config: Config): Promise<number> {
  const { err } = terminal
  const begin = monotonicSeconds()
  await using platform: Platform = await openPlatform(config, silentLog)
  await refuseOther(platform, config, 'synthetic')
  const batches = (await platform.batches()).map((batch) => batch.batch_at)
  const succeeded = (await platform.runs()).filter((run) => run.state === 'succeeded')
  const days = planDays(batches, systemClock.now(), daysMade(succeeded.map((run) => run.source)))
  const what = days.length === 1 ? 'the next batch' : `${days.length} batches`
  const how = `${count(DEMO.rows)} incidents, all invented`
  await err.write(`${err.styles.strong('Blotter')} makes ${what} of a synthetic city: ${how}.\n`)
  const made: BatchOutcome[] = []
  for (const day of days) {
    const outcome = await oneDay(config, day)
    if (outcome.state !== 'succeeded') {
      await terminal.out.write(runReportText(outcome, terminal.out))
      return exitCodeOf(outcome)
    }
    made.push(outcome)
  }
  await terminal.out.write(
    await cityText(platform, made, terminal.out, { lake: config.lake, seconds: monotonicSeconds() - begin }),
  )
  return 0
}

/** Each day is a source of its own, so each has a platform of its own. */
async function oneDay(config: Config, day: PlannedDay): Promise<BatchOutcome> {
  const { err } = terminal
  await err.write(`\n${err.styles.strong(`Day ${day.day + 1}`)}  batch ${day.batchAt}\n`)
  await using platform: Platform = await openPlatform(
    { ...config, source: { ...config.source, url: day.source } },
    silentLog,
  )
  return await withProgress(terminal, (watch) => platform.run({ full: false, at: day.batchAt as BatchAt }, watch))
}

async function withProgress<T>({ err }: Terminal, work: (watch: Watch) => Promise<T>): Promise<T> {
  const progress = createProgress(err, monotonicSeconds)
  const onEvent: Watch['onEvent'] = (event) => event.type !== 'run' && progress.onEvent(event)
  try {
    return await work({ signal: abort.signal, onEvent })
  } finally {
    progress.end()
  }
}

/** Invented incidents and real ones never share a lake: the one would seem to be the other's changes. */
async function refuseOther(platform: Platform, config: Config, coming: 'synthetic' | 'real'): Promise<void> {
  const isDemo = (source: string): boolean => source.startsWith('demo:')
  const other = (await platform.runs()).find(
    (run) => run.state === 'succeeded' && isDemo(run.source) === (coming === 'real'),
  )
  if (!other) return
  throw new BlotterError(
    'usage',
    `The lake ${config.lake} holds batches of ${other.source}; ${coming} incidents do not go there.`,
    {
      todo: `Give them a lake of their own: \`npm start -- --lake ./${coming}-lake\`${coming === 'real' ? ' with the same `--source`' : ''}.`,
      context: { lake: config.lake, source: other.source },
    },
  )
}

function exitCodeOf({ state }: BatchOutcome): number {
  return state === 'succeeded' ? 0 : state === 'held' ? 3 : 1
}
