import { processInputs } from '../config.ts'
import { asBlotterError, interrupted } from '../errors.ts'
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
process.on('unhandledRejection', (error) => {
  const { message, todo, exitCode } = asBlotterError(error)
  process.stderr.write(redaction.text(`error: ${message}\n→ ${todo}\n`), () => process.exit(exitCode))
})

// A reader that has seen enough (`| head`) closes the pipe; that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
process.stderr.on('error', () => {})

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
