import type { Verbs } from '../command-line.ts'
import type { IncidentLife } from '../../query/incident-life.ts'
import { changedLines, kindsText, valueText } from '../show/change.ts'
import { columnLines } from '../show/columns.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addHistory({ program, action }: Verbs): void {
  program
    .command('history')
    .summary('tell the life of one incident')
    .description('Tell the life of one incident: every batch that changed it, and how it stands now.')
    .argument('<id>', 'key of the incident')
    .addHelpText('after', examples(['One incident:', 'blotter history 3492']))
    .action(
      action<[string], object>(async (invocation, [id]) => {
        const history = await invocation.withPlatform((platform) => platform.history(id))
        await invocation.print(history, () => historyText(history, invocation.terminal.out))
      }),
    )
}

function historyText({ id, changes, now }: IncidentLife, output: Output): string {
  const { styles, columns } = output
  const lines = [`Incident ${styles.strong(String(id))}`, '']
  // The first batch is the baseline: what it held is no change.
  if (changes[0]?.before) lines.push('  It was there when the lake began.')
  if (changes.length === 0) lines.push('  It is as it was when the lake began.')
  for (const change of changes) {
    const by = change.by_restore ? styles.dim(' by a restore') : ''
    lines.push(
      `  ${styles.strong(change.batch_at)}  ${kindsText(change.kinds)}${by}`,
      ...changedLines(change, output, INDENT),
    )
  }
  lines.push('', now ? '  As it is now:' : '  It is not in the newest batch.')
  const rows = Object.entries(now ?? {}).map(([name, value]) => [name, valueText(value)])
  if (rows.length > 0) {
    const titles = [{ title: 'column', style: styles.dim }, { title: 'value' }]
    lines.push(...columnLines(titles, rows, { width: columns, dim: styles.dim, indent: '    ' }).slice(1))
  }
  return `${lines.join('\n')}\n`
}

/** Beside the name of a batch. */
const INDENT = 2 + '2026-11-23T06:00:00Z'.length + 2
