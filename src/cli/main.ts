import { processInputs } from '../config.ts'
import { asBlotterError, BlotterError, interrupted } from '../errors.ts'
import { redaction } from '../log/redaction.ts'
import { runCommandLine } from './program.ts'
import { readSecret } from './read-secret.ts'
import { terminalOf } from './terminal.ts'

/** The process around the command line: signals, streams and the only exit. */
const { env, cwd } = processInputs()
const terminal = terminalOf(process.stdout, process.stderr, env)
const abort = new AbortController()

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (abort.signal.aborted) process.exit(130)
    abort.abort(interrupted())
  })
}

// Nothing may end silently, or with a bare stack.
const endTelling = ({ message, todo, exitCode }: BlotterError): void =>
  void process.stderr.write(redaction.text(`error: ${message}\n→ ${todo}\n`), () => process.exit(exitCode))
process.on('unhandledRejection', (error) => endTelling(asBlotterError(error)))

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure.
  if (error.code === 'EPIPE') process.exit(0)
  endTelling(unprinted(error))
})
process.stderr.on('error', () => {})

function unprinted(cause: Error): BlotterError {
  return new BlotterError('output_unwritable', `Standard output cannot be written: ${cause.message}. It is not whole.`, {
    todo: 'Send it elsewhere. What the command has changed stays so: `blotter batches` and `blotter runs` tell of it.',
    cause,
  })
}

process.exit(
  await runCommandLine(process.argv.slice(2), {
    terminal,
    env,
    cwd,
    signal: abort.signal,
    readSecret: (question) => readSecret(process.stdin, terminal.err, question, abort.signal),
    // What only prints (help, completion, a usage error) need not wait for engine and drivers.
    // Only who serves pays for loading the web server.
    startServer: async (services, options) =>
      (await import('../server/serve.ts')).startServer(services, { ...options, withPages: true }),
    renderAirflow: async (definition, version) => (await import('../airflow/render.ts')).renderAirflow(definition, version),
    openPlatform: async (config, log) => (await import('../platform.ts')).openPlatform(config, log),
    openAlerts: async (config, log) => (await import('../platform/alerting/alerting.ts')).openAlerts(config, log),
  }),
)
