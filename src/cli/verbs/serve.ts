import { once } from 'node:events'
import { BlotterError } from '../../errors.ts'
import type { Verbs } from '../command-line.ts'
import type { Platform } from '../platform-port.ts'
import type { OneTimeLink } from '../../platform/identities/users.ts'
import { addressOfPages, isLoopback } from '../show/address.ts'
import { noteText } from '../show/note.ts'
import { examples } from './examples.ts'

export function addServe({ program, action }: Verbs): void {
  program
    .command('serve')
    .summary('serve pages, API and Iceberg REST catalog, and make batches by the schedule')
    .description(
      'Serve the pages, the API and the Iceberg REST catalog until it is stopped by Ctrl-C or SIGTERM, and make batches when ' +
        '`schedule` says so; a run under way then goes on at the next start. People sign in, programs need a token ' +
        '(`blotter token add`). What it does goes to stderr as lines of JSON, in a terminal only what is amiss (`--debug`: all). ' +
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
        const config = invocation.config()
        const { host, tls } = config.server
        const { out, err } = invocation.terminal
        await invocation.watched(
          async (platform, { signal }) => {
            const server = await invocation.startServer(platform.serving(), config.server)
            try {
              if (!isLoopback(host) && !tls) await err.write(noteText(UNPROTECTED, err))
              const { url } = server
              const first = await firstLink(platform)
              const link = first && `${addressOfPages(config, Number(new URL(url).port) || undefined)}${first.link}`
              const enrol = link
                ? `${out.styles.accent('→')} The first user enrols here, once and within ten minutes: ${out.styles.strong(link)}\n`
                : ''
              const text = (): string =>
                `${out.styles.ok('✓')} ${out.styles.strong(url)}  API ${url}/api/v1 · Iceberg REST catalog ${url}/iceberg · Ctrl-C stops\n${enrol}`
              const told = { url, api: `${url}/api/v1`, iceberg: `${url}/iceberg`, ...(link ? { first_user: link } : {}) }
              await invocation.print(told, text)
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
  'This listens beyond this machine and speaks plain HTTP: passwords and tokens pass in the open. Name a certificate ' +
  '(`server.tls`), or put a proxy with TLS before it.'

/** None where there are users, nor where nothing can be written: then nobody can enrol anyway. */
async function firstLink(platform: Platform): Promise<OneTimeLink | undefined> {
  try {
    return await platform.firstUserLink()
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'lake_unwritable') return undefined
    throw error
  }
}
