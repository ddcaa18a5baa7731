import type { Verbs } from '../command-line.ts'
import type { RelocationReport } from '../../pipeline/upkeep/relocate.ts'
import { counted } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addRelocate({ program, action }: Verbs): void {
  program
    .command('relocate')
    .summary('mend a lake whose folder was moved or copied')
    .description(
      'Mend a lake whose folder was moved or copied: its metadata names files by absolute paths, and all of them are written anew ' +
        'for where the lake is now, in one commit. Every batch stays as it was.',
    )
    .addHelpText('after', examples(['After `mv lake /srv/lake`:', 'blotter relocate --lake /srv/lake']))
    .action(
      action<[], object>(async (invocation) => {
        const report = await invocation.watched((platform, watch) => platform.relocate(watch))
        await invocation.print(report, () => relocationText(report, invocation.terminal.out))
      }),
    )
}

function relocationText({ from, to, tables }: RelocationReport, { styles }: Output): string {
  const place = to.replace(/^file:\/\//, '')
  if (from === undefined) return `${styles.ok('✓')} The lake is where its metadata says, at ${place}.\n`
  return `${styles.ok('✓')} ${counted(tables.length, 'table')} moved from ${from} to ${place}; every batch is as it was.\n`
}
