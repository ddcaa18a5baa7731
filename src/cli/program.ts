import { Command, CommanderError } from 'commander'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monotonicSeconds, sleep } from '../clock.ts'
import { loadConfig, type ConfigFlags } from '../config.ts'
import { asBlotterError, BlotterError, interrupted } from '../errors.ts'
import { createLog, type LogLevel } from '../log.ts'
import { redaction } from '../log/redaction.ts'
import type { Action, CommandLineInputs, Invocation, Verbs } from './command-line.ts'
import type { Platform } from './platform-port.ts'
import { errorDocument, errorText } from './show/error.ts'
import { noteText } from './show/note.ts'
import { createProgress } from './show/progress.ts'
import { usageError } from './usage-error.ts'
import { addAirflow } from './verbs/airflow.ts'
import { addAlerts } from './verbs/alerts.ts'
import { addBackup } from './verbs/backup.ts'
import { addBatches } from './verbs/batches.ts'
import { addCite } from './verbs/cite.ts'
import { addCompact } from './verbs/compact.ts'
import { addCompletion } from './verbs/completion.ts'
import { addDiff } from './verbs/diff.ts'
import { addDoctor } from './verbs/doctor.ts'
import { addExpire } from './verbs/expire.ts'
import { addHistory } from './verbs/history.ts'
import { addExport } from './verbs/export.ts'
import { addLineage } from './verbs/lineage.ts'
import { addLoad } from './verbs/load.ts'
import { addQuarantine } from './verbs/quarantine.ts'
import { addQuery } from './verbs/query.ts'
import { addRelocate } from './verbs/relocate.ts'
import { addRestore } from './verbs/restore.ts'
import { addRun } from './verbs/run.ts'
import { addRuns } from './verbs/runs.ts'
import { addSecret } from './verbs/secret.ts'
import { addServe } from './verbs/serve.ts'
import { addSpark } from './verbs/spark.ts'
import { addTables } from './verbs/tables.ts'
import { addToken } from './verbs/token.ts'
import { addUserVerb } from './verbs/user.ts'

const INTRODUCTION = `Turns a city's crime table into a lake of versioned tables: every batch is kept, every change is known.

A first look, without a database:
  $ blotter run --source "demo://chicago?rows=300000&seed=1&day=0"
  $ blotter query "select crime_type, incidents from aggregates.by_type limit 5"
  $ blotter run --source "demo://chicago?rows=300000&seed=1&day=1"
  $ blotter diff latest~1 latest`

const AFTER = `
Configuration comes from flags, BLOTTER_* variables, blotter.yaml and defaults, in this order;
docs/configuration.md has every key.
Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 3 held, 130 interrupted.`

/** Runs one command line. Exit codes: 0 done, 1 failed, 2 bad usage or configuration, 3 held, 130 interrupted. Never throws. */
export async function runCommandLine(args: readonly string[], inputs: CommandLineInputs): Promise<number> {
  const state = { exitCode: 0 }
  const program = createProgram(inputs, state)
  try {
    await program.parseAsync(args.length === 0 ? ['--help'] : [...args], { from: 'user' })
    return state.exitCode
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const failure = error instanceof CommanderError ? usageError(error, args, program) : asBlotterError(error)
    await printError(failure, args, inputs)
    return failure.exitCode
  }
}

/** The command tree, as `completion` walks it too. */
function createProgram(inputs: CommandLineInputs, state: { exitCode: number }): Command {
  const program = new Command('blotter')
    .description(INTRODUCTION)
    .version(version(), '--version', 'print the version')
    .helpOption('-h, --help', 'explain')
    .option('--json', 'print one JSON document on stdout')
    .option('--config <file>', 'configuration file (default: blotter.yaml where there is one)')
    .option('--pipeline <dir>', 'folder that says what flows')
    .option('--lake <dir>', 'where the tables are (default: ./lake)')
    .option('--memory <size>', 'upper limit of the engine’s memory, such as 2GiB (default: 1GiB)')
    .option('--debug', 'log to stderr, and print stacks of errors')
    .addHelpText('after', AFTER)
    .configureHelp({ showGlobalOptions: true, helpWidth: Math.min(inputs.terminal.out.columns ?? 100, 110) })
    .configureOutput({ writeOut: (text) => void inputs.terminal.out.write(text), writeErr: () => {} })
    .exitOverride()
  const verbs: Verbs = { program, action: (work) => actionOf(work, program, inputs, state) }
  for (const add of [
    addRun,
    addLoad,
    addBatches,
    addDiff,
    addHistory,
    addQuery,
    addCite,
    addTables,
    addExport,
    addLineage,
    addRuns,
    addQuarantine,
    addRestore,
    addCompact,
    addExpire,
    addRelocate,
    addBackup,
    addSecret,
    addServe,
    addToken,
    addUserVerb,
    addAirflow,
    addAlerts,
    addSpark,
    addDoctor,
    addCompletion,
  ])
    add(verbs)
  return program
}

interface GlobalOptions extends ConfigFlags {
  json?: boolean
  debug?: boolean
  config?: string
}

function actionOf<A extends readonly unknown[], O>(
  work: Action<A, O>,
  program: Command,
  inputs: CommandLineInputs,
  state: { exitCode: number },
): (...received: unknown[]) => Promise<void> {
  return async (...received) => {
    // Commander hands over the arguments, the options and the command itself.
    const command = received.at(-1) as Command
    const options = received.at(-2) as O
    await work(
      invocationOf(command.optsWithGlobals<GlobalOptions>(), inputs, state),
      received.slice(0, -2) as unknown as A,
      options,
    )
  }
}

function invocationOf(globals: GlobalOptions, inputs: CommandLineInputs, state: { exitCode: number }): Invocation {
  const { terminal, env, cwd } = inputs
  const invocation: Invocation = {
    ...inputs,
    json: globals.json ?? false,
    debug: globals.debug ?? false,
    config() {
      const { source, lake, pipeline, engine, master, memory, port } = globals
      return loadConfig({ file: globals.config, env, cwd, flags: { source, lake, pipeline, engine, master, memory, port } })
    },
    withPlatform: (work) => stoppable(inputs.signal, () => withPlatform(work)),
    watched: (work, { service = false } = {}) =>
      withPlatform(
        async (platform) => {
          const progress = createProgress(terminal.err, monotonicSeconds)
          const stopping = (): void =>
            progress.onEvent({ type: 'notice', message: 'Stopping. Ctrl-C once more stops at once.' })
          inputs.signal.addEventListener('abort', stopping, { once: true })
          try {
            return await work(platform, { signal: inputs.signal, onEvent: progress.onEvent })
          } finally {
            inputs.signal.removeEventListener('abort', stopping)
            progress.end()
          }
        },
        // In a terminal somebody reads what is printed: lines for machines would stand in between.
        service ? (terminal.err.isTerminal ? 'warn' : 'info') : 'silent',
      ),
    async withAlerts(work) {
      const log = createLog(invocation.debug ? 'debug' : 'silent', { write: (line) => void terminal.err.write(line) })
      using alerts = await inputs.openAlerts(invocation.config(), log)
      return await work(alerts)
    },
    print: (document, text) =>
      terminal.out.write(
        invocation.json ? `${JSON.stringify(redaction.document(document), jsonSafe, 2)}\n` : redaction.text(text()),
      ),
    exitWith: (code) => void (state.exitCode = code),
  }
  const withPlatform = async <T>(work: (platform: Platform) => Promise<T>, usual: LogLevel = 'silent'): Promise<T> => {
    const config = invocation.config()
    for (const notice of config.notices) await terminal.err.write(noteText(notice, terminal.err))
    const log = createLog(invocation.debug ? 'debug' : usual, { write: (line) => void terminal.err.write(line) })
    await using platform = await inputs.openPlatform(config, log)
    return await work(platform)
  }
  return invocation
}

/** How long a reader may take to stop by itself and to tidy up. */
const GRACE_MS = 1000

/** What only reads is left alone when it does not stop by itself; nothing of it can be half-done. */
async function stoppable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = new AbortController()
  const stopped = async (): Promise<never> => {
    await once(signal, 'abort', { signal: stop.signal })
    await sleep(GRACE_MS, stop.signal)
    throw interrupted()
  }
  try {
    return await (signal.aborted ? work() : Promise.race([work(), stopped()]))
  } catch (error) {
    if (!(error instanceof BlotterError) || error.code !== 'interrupted') throw error
    throw new BlotterError('interrupted', 'Interrupted. Nothing was changed.', { todo: 'Run it again.', cause: error })
  } finally {
    stop.abort()
  }
}

/** Whole numbers beyond 2^53 become texts, as in the results of queries. */
function jsonSafe(_name: string, value: unknown): unknown {
  if (typeof value !== 'bigint') return value
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
}

async function printError(error: BlotterError, args: readonly string[], { terminal }: CommandLineInputs): Promise<void> {
  const options = args.includes('--') ? args.slice(0, args.indexOf('--')) : args
  const debug = options.includes('--debug')
  if (!options.includes('--json')) return terminal.err.write(errorText(error, terminal.err, debug))
  await terminal.out.write(`${JSON.stringify(errorDocument(error), jsonSafe, 2)}\n`)
  if (debug) await terminal.err.write(errorText(error, terminal.err, true))
}

function version(): string {
  const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
