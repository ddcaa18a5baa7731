import { once } from 'node:events'
import { isIP } from 'node:net'
import type { Verbs } from '../command-line.ts'
import { noteText } from '../show/note.ts'
import { examples } from './examples.ts'

export function addServe({ program, action }: Verbs): void {
  program
    .command('serve')
    .summary('serve the API and the Iceberg REST catalog, and make batches by the schedule')
    .description(
      'Serve the API and the Iceberg REST catalog until it is stopped by Ctrl-C or SIGTERM, and make batches when `schedule` ' +
        'says so; a run under way then goes on at the next start. Programs need a token (`blotter token add`). ' +
        'It listens on this machine alone unless `server.host` says otherwise.',
    )
    .option('--port <n>', 'port to listen on; 0 takes a free one (default: 7070)')
    .addHelpText(
      'after',
      examples(
        ['Spark, Trino, DuckDB and pyiceberg reach the tables at http://127.0.0.1:7070/iceberg:', 'blotter serve'],
        ['Which port was free, for a script:', 'blotter serve --port 0 --json'],
      ),
    )
    .action(
      action<[], object>(async (invocation) => {
        const { host, port } = invocation.config().server
        const { out, err } = invocation.terminal
        await invocation.watched(
          async (platform, { signal }) => {
            const server = await invocation.startServer(platform.serving(), { host, port })
            try {
              if (!isLoopback(host)) await err.write(noteText(UNPROTECTED, err))
              const { url } = server
              const text = (): string =>
                `${out.styles.ok('✓')} ${out.styles.strong(url)}  API ${url}/api/v1 · Iceberg REST catalog ${url}/iceberg · Ctrl-C stops\n`
              await invocation.print({ url, api: `${url}/api/v1`, iceberg: `${url}/iceberg` }, text)
              await Promise.all([platform.workBeside(signal), signal.aborted ? undefined : once(signal, 'abort')])
            } finally {
              await server.close()
            }
          },
          { service: true },
        )
      }),
    )
}

const UNPROTECTED =
  'This listens beyond this machine and speaks plain HTTP: put a proxy with TLS before it, since tokens pass in the open.'

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}
