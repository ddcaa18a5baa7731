import type { Verbs } from '../command-line.ts'
import type { QuarantineList } from '../../query/quarantine-list.ts'
import { columnLines } from '../show/columns.ts'
import { count, counted } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { wholeNumber } from './arguments.ts'
import { examples } from './examples.ts'
import { carryTold } from './run.ts'

interface ListFlags {
  rule?: string
  at?: string
  limit: number
}

export function addQuarantine({ program, action }: Verbs): void {
  const quarantine = program
    .command('quarantine')
    .summary('look at rows that could not be landed')
    .description('Look at rows that could not be landed. Each keeps its original values, and the rule that kept it out.')
    .addHelpText(
      'after',
      examples(
        ['How many by rule, and the newest:', 'blotter quarantine list'],
        ['Those with a broken date:', 'blotter quarantine list --rule bad_date --limit 100'],
        ['All of them, as a table of SQL:', 'blotter query "from quarantine.crimes" --format csv --output kept-out.csv'],
      ),
    )
  quarantine
    .command('list', { isDefault: true })
    .description('list quarantined rows, newest first')
    .option('--rule <rule>', 'only rows of this rule')
    .option('--at <ref>', 'only rows of this batch')
    .option('--limit <n>', 'rows at most', wholeNumber, 20)
    .action(
      action<[], ListFlags>(async (invocation, _args, { rule, at, limit }) => {
        const options = { limit, ...(rule === undefined ? {} : { rule }), ...(at === undefined ? {} : { at }) }
        const report = await invocation.withPlatform((platform) => platform.quarantine(options))
        const isPart = rule !== undefined || at !== undefined
        await invocation.print(report, () => quarantineText(report, isPart, invocation.terminal.out))
      }),
    )
  quarantine
    .command('release')
    .summary('check quarantined rows again and land those that pass now')
    .description(
      'Check quarantined rows again, after a rule, a mapping or a reading has changed, and land those that pass now. They leave ' +
        'quarantine in a batch of their own; a row of which the lake has a newer version by now stays.',
    )
    .action(
      action<[], object>(async (invocation) => {
        await carryTold(invocation, (platform, watch) => platform.quarantineRelease(watch))
      }),
    )
}

function quarantineText({ total, rules, rows }: QuarantineList, isPart: boolean, { styles, columns }: Output): string {
  if (total === 0) return `${styles.ok('✓')} Nothing${isPart ? ' of that' : ''} is in quarantine.\n`
  const byRule = Object.entries(rules)
    .toSorted(([, a], [, b]) => b - a)
    .map(([rule, n]) => [rule, count(n)])
  const lines = [
    ...columnLines([{ title: 'rule' }, { title: 'rows', side: 'right' }], byRule, { dim: styles.dim }),
    '',
    ...columnLines(
      [
        { title: 'batch' },
        { title: 'rule', style: styles.warn },
        { title: 'key', side: 'right' },
        { title: 'original values' },
      ],
      rows.map((row) => [row.batch_at, row.rule, row.key ?? '∅', valuesText(row.values)]),
      { width: columns, dim: styles.dim },
    ),
  ]
  if (rows.length < total)
    lines.push('', styles.dim(`${counted(rows.length, 'row')} of ${count(total)}; --limit shows more.`))
  return `${lines.join('\n')}\n`
}

function valuesText(values: Readonly<Record<string, string | null>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${value ?? '∅'}`)
    .join(' ')
}
