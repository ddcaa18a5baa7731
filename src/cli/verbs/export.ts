import type { Verbs } from '../command-line.ts'
import { counted } from '../show/figures.ts'
import { wholeNumber } from './arguments.ts'
import { examples } from './examples.ts'

interface ExportFlags {
  output: string
  at: string
  suppress: number
}

export function addExport({ program, action }: Verbs): void {
  program
    .command('export')
    .summary('write a dashboard at one batch into a folder, for a file server')
    .description(
      'Write a dashboard as of a batch as pages and CSV that need neither a server nor a script: for newsrooms, archives and ' +
        'file servers. With --suppress, counts of less than so many incidents are withheld, and what would give them away.',
    )
    .argument('[dashboard]', 'its name (default: the only one)')
    .requiredOption('--output <folder>', 'folder to write; it appears whole or not at all')
    .option('--at <ref>', 'batch, day, latest~N or snapshot id', 'latest')
    .option('--suppress <n>', 'withhold counts of less than so many incidents', wholeNumber, 0)
    .addHelpText(
      'after',
      examples(
        ['The newest batch:', 'blotter export --output site'],
        ['A batch of the past, small counts withheld:', 'blotter export --at 2026-11-23 --suppress 5 --output site'],
      ),
    )
    .action(
      action<[string | undefined], ExportFlags>(async (invocation, [dashboard], { output, at, suppress }) => {
        const report = await invocation.withPlatform((platform) =>
          platform.exportDashboard(dashboard, { at, output, suppressBelow: suppress }),
        )
        const { out } = invocation.terminal
        await invocation.print(
          report,
          () =>
            `${out.styles.ok('✓')} ${report.dashboard} as of ${report.batch_at}: ${counted(report.files, 'file')} in ${report.folder}\n` +
            `  Open ${report.folder}/index.html\n`,
        )
      }),
    )
}
