import type { Verbs } from '../command-line.ts'
import type { IncidentHistory } from '../platform-port.ts'
import { columnLines } from '../show/columns.ts'
import { words } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { whatChanged } from './diff.ts'
import { examples } from './examples.ts'

export function addHistory({ program, action }: Verbs): void {
  program
    .command('history')
    .summary('tell the life of one incident')
    .description('Tell the life of one incident: every batch that changed it, and how it stands now.')
    .argument('<id>', 'key of the incident')
    .addHelpText('after', examples(['One incident:', 'blotter history 13311263']))
    .action(
      action<[string], object>(async (invocation, [id]) => {
        const history = await invocation.withPlatform((platform) => platform.history(id))
        await invocation.print(history, () => historyText(history, invocation.terminal.out))
      }),
    )
}

function historyText({ id, changes, now }: IncidentHistory, { styles, columns }: Output): string {
  const lines = [`Incident ${styles.strong(String(id))}`, '']
  if (changes.length === 0) lines.push('  It has not changed since the first batch.')
  else {
    lines.push(
      ...columnLines(
        [{ title: 'batch', style: styles.strong }, { title: 'kinds' }, { title: 'what' }],
        changes.map((change) => [change.batch_at, change.kinds.map(words).join(', '), whatChanged(change)]),
        { width: columns, dim: styles.dim, indent: '  ' },
      ),
    )
  }
  lines.push('', now ? '  Now:' : '  It is not in the newest batch.')
  const rows = Object.entries(now ?? {}).map(([name, value]) => [name, value === null ? '∅' : String(value)])
  if (rows.length > 0)
    lines.push(
      ...columnLines([{ title: 'column', style: styles.dim }, { title: 'value' }], rows, {
        width: columns,
        dim: styles.dim,
        indent: '    ',
      }).slice(1),
    )
  return `${lines.join('\n')}\n`
}
