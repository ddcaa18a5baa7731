import type { Invocation, Verbs } from '../command-line.ts'
import type { CitationCheck } from '../../query/citing/cite.ts'
import type { Citation } from '../../history/citations.ts'
import { columnLines } from '../show/columns.ts'
import { counted, moment } from '../show/figures.ts'
import { examples } from './examples.ts'

export function addCite({ program, action }: Verbs): void {
  const cite = program
    .command('cite')
    .summary('make a result quotable, and check one that was quoted')
    .description(
      'Run a statement as of a batch and keep what it gave as a citation: query, batch, code version and SHA-256 of the result. ' +
        'Anybody with the lake can run it again, and a batch that is cited does not expire.',
    )
    .argument('<sql>', 'one SELECT that gives the same each time')
    .option('--at <ref>', 'batch, day (its last batch), latest, latest~1 or a snapshot id', 'latest')
    .addHelpText(
      'after',
      examples(
        ['Cite a number:', 'blotter cite "select count(*) as incidents from raw.crimes where year = 2025"'],
        ['Is it still so?', 'blotter cite check 4f0c2a9b7d1e6358'],
        ['What has been cited:', 'blotter cite list'],
      ),
    )
    .action(
      action<[string], { at: string }>(async (invocation, [sql], { at }) => {
        const { signal } = invocation
        const citation = await invocation.withPlatform((platform) => platform.cite(sql, { at, signal }))
        await invocation.print(citation, () => citationText(citation, invocation))
      }),
    )
  cite
    .command('check')
    .description('run a citation’s statement again: exit code 0 if the result is the same, 1 if it is not')
    .argument('<citation>', 'its name, or a JSON file that holds it')
    .action(
      action<[string], object>(async (invocation, [citation]) => {
        const { signal } = invocation
        const check = await invocation.withPlatform((platform) => platform.citeCheck(citation, { signal }))
        if (!check.is_same) invocation.exitWith(1)
        await invocation.print(check, () => checkText(check, invocation))
      }),
    )
  cite
    .command('list')
    .description('list citations, newest first')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withPlatform((platform) => platform.citeList())
        await invocation.print(list, () => listText(list, invocation))
      }),
    )
  cite
    .command('remove')
    .description('forget a citation; its batch may expire from then on')
    .argument('<citation>', 'its name')
    .action(
      action<[string], object>(async (invocation, [citation]) => {
        const removed = await invocation.withPlatform((platform) => platform.citeRemove(citation))
        const mark = invocation.terminal.out.styles.ok('✓')
        await invocation.print(removed, () => `${mark} Citation ${removed.citation} is forgotten.\n`)
      }),
    )
}

function citationText(citation: Citation, { terminal }: Invocation): string {
  const { styles } = terminal.out
  const { citation: name, rows, batch_at, sha256, code_version } = citation
  return [
    `${styles.ok('✓')} Citation ${name}: ${counted(rows, 'row')} of batch ${batch_at} (${moment(batch_at)} UTC)`,
    `  SHA-256  ${sha256}`,
    `  code     ${code_version}`,
    '',
    `${styles.accent('→')} blotter cite check ${name}`,
    '',
  ].join('\n')
}

function checkText(
  { citation, is_same, within_rounding, batch_at, expected, found }: CitationCheck,
  { terminal }: Invocation,
): string {
  const { styles } = terminal.out
  if (is_same) {
    const how = within_rounding ? ' but for the last digits of floating-point numbers' : ''
    return `${styles.ok('✓')} Citation ${citation} holds: batch ${batch_at} gives the same ${counted(found.rows, 'row')}${how}.\n`
  }
  return [
    `${styles.bad('✗')} Citation ${citation} does not hold: batch ${batch_at} gives another result now.`,
    `  cited  ${counted(expected.rows, 'row')}, SHA-256 ${expected.sha256}`,
    `  found  ${counted(found.rows, 'row')}, SHA-256 ${found.sha256}`,
    '',
  ].join('\n')
}

function listText(list: readonly Citation[], { terminal }: Invocation): string {
  const { styles, columns } = terminal.out
  if (list.length === 0) return `Nothing has been cited yet.\n${styles.accent('→')} blotter cite "select …"\n`
  const lines = columnLines(
    [{ title: 'citation', style: styles.strong }, { title: 'batch' }, { title: 'rows', side: 'right' }, { title: 'query' }],
    list.map(({ citation, batch_at, rows, query }) => [
      citation,
      batch_at,
      rows.toLocaleString('en'),
      query.replaceAll(/\s+/g, ' '),
    ]),
    { width: columns, dim: styles.dim },
  )
  return `${lines.join('\n')}\n`
}
