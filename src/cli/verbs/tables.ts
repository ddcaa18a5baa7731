import type { Verbs } from '../command-line.ts'
import type { ListedTable } from '../../query/table-list.ts'
import { columnLines } from '../show/columns.ts'
import { count, size } from '../show/figures.ts'
import { holdText } from '../show/hold.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addTables({ program, action }: Verbs): void {
  program
    .command('tables')
    .summary('list the tables of a batch')
    .description('List the tables of a batch: rows, files, snapshot, and what each is.')
    .option('--at <ref>', 'batch, day, latest~N or snapshot id', 'latest')
    .addHelpText(
      'after',
      examples(
        ['What can be queried:', 'blotter tables'],
        ['The columns of one:', 'blotter query "describe raw.crimes"'],
        ['As it was three batches ago:', 'blotter tables --at latest~3'],
      ),
    )
    .action(
      action<[], { at: string }>(async (invocation, _args, { at }) => {
        const tables = await invocation.withPlatform((platform) => platform.tables(at))
        await invocation.print(tables, () => tablesText(tables, invocation.terminal.out))
      }),
    )
}

function tablesText(tables: readonly ListedTable[], { styles, columns }: Output): string {
  if (tables.length === 0) return `There is no table yet.\n${styles.accent('→')} blotter run --source URL\n`
  const right = 'right' as const
  const lines = columnLines(
    [
      { title: 'table', style: styles.strong },
      { title: 'rows', side: right },
      { title: 'columns', side: right },
      { title: 'files', side: right },
      { title: 'size', side: right },
      { title: 'made by batch' },
      { title: 'snapshot', side: right },
      { title: 'what' },
    ],
    tables.map((t) => [
      t.name,
      count(t.rows),
      count(t.columns.length),
      count(t.files),
      size(t.size_bytes),
      t.batch_at,
      t.snapshot_id,
      t.doc,
    ]),
    { width: columns, dim: styles.dim },
  )
  for (const table of tables) {
    for (const hold of table.holds ?? [])
      lines.push('', `${styles.warn('held')}  ${holdText({ table: table.name, ...hold })} since ${hold.since}`)
  }
  if (tables.some((table) => table.holds)) lines.push(`${styles.accent('→')} blotter restore --lift`)
  return `${[...lines, '', `${styles.accent('→')} blotter query "describe ${tables[0]!.name}"`].join('\n')}\n`
}
