import { Option } from 'commander'
import type { Verbs } from '../command-line.ts'
import { lakeLineageText } from '../show/lineage.ts'
import { tableLineageText } from '../show/table-lineage.ts'
import { examples } from './examples.ts'

const FORMATS = ['text', 'openlineage', 'mermaid'] as const

interface LineageOptions {
  at: string
  format: (typeof FORMATS)[number]
}

export function addLineage({ program, action }: Verbs): void {
  program
    .command('lineage')
    .summary('say where tables and columns come from')
    .description(
      'Say which version of a table was made from which, by which run, query and code; of one table also its columns, ' +
        'down to the source.',
    )
    .argument('[table]', 'a table, with its columns (default: all tables, without)')
    .option('--at <ref>', 'batch, day, latest~N or snapshot id', 'latest')
    .addOption(new Option('--format <format>', 'what to print').choices([...FORMATS]).default('text'))
    .addHelpText(
      'after',
      examples(
        ['All tables, from the source on:', 'blotter lineage'],
        ['One table’s columns, each down to the source:', 'blotter lineage processed.crimes_without_arrest'],
        ['As it was three batches ago:', 'blotter lineage by_type --at latest~3'],
        ['A chart for a document on GitHub:', 'blotter lineage --format mermaid'],
        ['The batch’s OpenLineage events, one a line:', 'blotter lineage --format openlineage'],
      ),
    )
    .action(
      action<[string | undefined], LineageOptions>(async (invocation, [table], { at, format }) => {
        if (format === 'openlineage') {
          const events = await invocation.withPlatform((platform) => platform.lineageEvents(at))
          return invocation.print(events, () => events.map((event) => `${JSON.stringify(event)}\n`).join(''))
        }
        const report = await invocation.withPlatform((platform) =>
          platform.lineage({ at, ...(table === undefined ? {} : { table }) }),
        )
        if (format === 'mermaid') return invocation.print({ mermaid: report.mermaid }, () => report.mermaid)
        const { out } = invocation.terminal
        return invocation.print(report.graph, () =>
          report.table === null ? lakeLineageText(report.graph, out) : tableLineageText(report.graph, report.table, out),
        )
      }),
    )
}
