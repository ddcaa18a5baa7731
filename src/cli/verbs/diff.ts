import type { Verbs } from '../command-line.ts'
import type { Diff, ToldChange } from '../../history/diff.ts'
import { padTo } from '../../query/format/width.ts'
import { bar } from '../show/bar.ts'
import { changedLines, kindsText } from '../show/change.ts'
import { columnLines } from '../show/columns.ts'
import { count, counted, words } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addDiff({ program, action }: Verbs): void {
  program
    .command('diff')
    .summary('say what changed between two batches')
    .description('Say what changed between two batches, by kind; an incident can have several kinds.')
    .argument('<from>', 'batch, day, latest~N or snapshot id')
    .argument('<to>', 'the same')
    .option('--rows', 'list the incidents, with what they were and are')
    .addHelpText(
      'after',
      examples(
        ['What the newest batch brought:', 'blotter diff latest~1 latest'],
        ['Incident by incident:', 'blotter diff 2026-11-21 2026-11-23 --rows --json'],
      ),
    )
    .action(
      action<[string, string], { rows?: boolean }>(async (invocation, [from, to], { rows = false }) => {
        const report = await invocation.withPlatform((platform) => platform.diff(from, to, { rows }))
        await invocation.print(report, () => diffText(report, invocation.terminal.out))
      }),
    )
}

const BAR_WIDTH = 30

function diffText({ from, to, incidents, counts, changes }: Diff, output: Output): string {
  const { styles } = output
  const lines = [`${styles.strong(counted(incidents, 'incident'))} changed from ${from} to ${to}.`]
  const kinds = Object.entries(counts)
    .filter(([, n]) => (n ?? 0) > 0)
    .map(([kind, n]) => [kind, n!] as const)
  const most = Math.max(1, ...kinds.map(([, n]) => n))
  if (kinds.length > 0) {
    lines.push(
      '',
      ...columnLines(
        [{ title: 'kind' }, { title: 'incidents', side: 'right' }, { title: '', style: styles.accent }],
        kinds.map(([kind, n]) => [words(kind), count(n), bar(n / most, BAR_WIDTH)]),
        { dim: styles.dim },
      ),
    )
  }
  if (changes) lines.push('', ...changeLines(changes, output))
  else if (incidents > 0) lines.push('', `${styles.accent('→')} blotter diff ${from} ${to} --rows`)
  return `${lines.join('\n')}\n`
}

function changeLines(changes: readonly ToldChange[], output: Output): string[] {
  const width = Math.max(0, ...changes.map((change) => String(change.id).length))
  return changes.flatMap((change) => {
    const id = padTo(String(change.id), width, 'right')
    return [`${output.styles.strong(id)}  ${kindsText(change.kinds)}`, ...changedLines(change, output, width + 2)]
  })
}
