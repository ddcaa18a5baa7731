import { refusePasswordInUrl } from '../../config/password-in-url.ts'
import type { Verbs } from '../command-line.ts'
import type { LoadReport } from '../../platform/running/loading.ts'
import { count, duration } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'
import { wholeNumber } from './arguments.ts'

interface LoadFlags {
  from: string
  into: string
  rows?: number
}

export function addLoad({ program, action }: Verbs): void {
  program
    .command('load')
    .summary('put incidents into a MySQL source')
    .description(
      'Put incidents into a MySQL source; the table is created where it is missing.\n\n' +
        'Loading again updates: a row replaces the one with its key. The password is BLOTTER_SOURCE_PASSWORD or …_FILE.',
    )
    .requiredOption('--from <url>', 'where they come from: file:GLOB, socrata://…, demo://…, mysql://…')
    .requiredOption('--into <url>', 'mysql://USER@HOST:PORT/DB?table=crimes')
    .option('--rows <n>', 'at most so many rows', wholeNumber)
    .addHelpText(
      'after',
      examples(
        [
          'An export of the city, in any of its shapes:',
          'blotter load --from "file:crimes.csv" --into "mysql://loader@127.0.0.1/city"',
        ],
        [
          'A million synthetic ones:',
          'blotter load --from "demo://city?rows=1000000" --into "mysql://loader@127.0.0.1/city"',
        ],
      ),
    )
    .action(
      action<[], LoadFlags>(async (invocation, _args, { from, into, rows }) => {
        refusePasswordInUrl(from, '--from')
        refusePasswordInUrl(into, '--into')
        const options = { from, into, ...(rows === undefined ? {} : { rows }) }
        const report = await invocation.watched((platform, watch) => platform.load(options, watch))
        await invocation.print(report, () => loadText(report, invocation.terminal.out))
      }),
    )
}

function loadText({ into, table, created, rows, seconds }: LoadReport, { styles }: Output): string {
  const rate = seconds > 0 ? ` (${count(Math.round(rows.read / seconds))} rows/s)` : ''
  const how = created ? '; the table was created' : ''
  const refused = rows.refused > 0 ? ` · ${styles.warn(`refused ${count(rows.refused)}`)}` : ''
  return [
    `${styles.ok('✓')} ${count(rows.read)} rows read into ${styles.strong(table)} in ${duration(seconds)}${rate}${how}.`,
    `  inserted ${count(rows.inserted)} · updated ${count(rows.updated)} · unchanged ${count(rows.unchanged)}${refused}`,
    '',
    `${styles.accent('→')} blotter run --source "${into}"`,
    '',
  ].join('\n')
}
