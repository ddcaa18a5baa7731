import type { Verbs } from '../command-line.ts'
import type { CompactionReport } from '../../pipeline/upkeep/compact-by-hand.ts'
import { columnLines } from '../show/columns.ts'
import { count, size } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

interface CompactOptions {
  dryRun?: boolean
}

export function addCompact({ program, action }: Verbs): void {
  program
    .command('compact')
    .summary('merge small files and drop hidden rows, so that reading is fast')
    .description(
      'Merge small files and rewrite files with hidden rows, so that reading is fast. Every batch reads the same as before; ' +
        'old files stay until the batches that need them expire. A run does this by itself where it is worth it.',
    )
    .option('--dry-run', 'say what would be rewritten, and change nothing')
    .addHelpText('after', examples(['What is there to gain?', 'blotter compact --dry-run'], ['Do it:', 'blotter compact']))
    .action(
      action<[], CompactOptions>(async (invocation, _args, { dryRun = false }) => {
        const report = await invocation.watched((platform, watch) => platform.compact({ dryRun }, watch))
        await invocation.print(report, () => compactionText(report, invocation.terminal.out))
      }),
    )
}

function compactionText({ dry_run, tables }: CompactionReport, { styles, columns }: Output): string {
  if (tables.length === 0) return `${styles.ok('✓')} There is nothing to compact.\n`
  const right = 'right' as const
  const lines = columnLines(
    [
      { title: 'table', style: styles.strong },
      { title: 'files', side: right },
      { title: 'become', side: right },
      { title: 'delete files dropped', side: right },
      { title: 'size', side: right },
    ],
    tables.map((table) => [
      table.name,
      count(table.rewritten),
      count(table.written),
      count(table.deletes_dropped),
      size(table.size_bytes),
    ]),
    { width: columns, dim: styles.dim },
  )
  const end = dry_run ? `${styles.accent('→')} blotter compact` : `${styles.ok('✓')} Compacted; every batch reads as before.`
  return `${[...lines, '', end].join('\n')}\n`
}
