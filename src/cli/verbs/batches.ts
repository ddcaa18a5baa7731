import type { Verbs } from '../command-line.ts'
import type { BatchFacts } from '../../history/batches.ts'
import { columnLines } from '../show/columns.ts'
import { count, countsByName, words } from '../show/figures.ts'
import { holdText } from '../show/hold.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addBatches({ program, action }: Verbs): void {
  program
    .command('batches')
    .summary('list the batches of the lake')
    .description('List the batches of the lake, oldest first: every one can be read, compared and restored.')
    .addHelpText(
      'after',
      examples(
        ['What there is:', 'blotter batches'],
        ['Read one of them:', 'blotter query "select count(*) from raw.crimes" --at 2026-11-23'],
      ),
    )
    .action(
      action<[], object>(async (invocation) => {
        const batches = await invocation.withPlatform((platform) => platform.batches())
        await invocation.print(batches, () => batchesText(batches, invocation.terminal.out))
      }),
    )
}

function batchesText(batches: readonly BatchFacts[], { styles, columns }: Output): string {
  if (batches.length === 0) return `There is no batch yet.\n${styles.accent('→')} blotter run --source URL\n`
  const right = 'right' as const
  const lines = columnLines(
    [
      { title: 'batch', style: styles.strong },
      { title: 'kind' },
      { title: 'read', side: right },
      { title: 'landed', side: right },
      { title: 'unchanged', side: right },
      { title: 'quarantined', side: right },
      { title: 'changes' },
    ],
    batches.map(({ batch_at, kind, rows, changes, restore }) => [
      batch_at,
      kind,
      count(rows.read),
      count(rows.landed),
      count(rows.unchanged),
      count(rows.quarantined),
      [countsByName(changes, words), restore ? `(${holdText(restore)})` : ''].filter((text) => text !== '').join(' '),
    ]),
    { width: columns, dim: styles.dim },
  )
  const next = batches.length > 1 ? 'blotter diff latest~1 latest' : 'blotter tables'
  return `${[...lines, '', `${styles.accent('→')} ${next}`].join('\n')}\n`
}
