import { resolve } from 'node:path'
import type { Verbs } from '../command-line.ts'
import type { BackupReport } from '../../pipeline/upkeep/backup.ts'
import { count, size } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

export function addBackup({ program, action }: Verbs): void {
  program
    .command('backup')
    .summary('copy catalog, state and identities, consistent while runs go on')
    .description(
      'Copy the catalog, the state, the identities and the tables’ newest metadata, each as of one moment, while runs go on. ' +
        'The copies lie as in the lake: copying them back over it restores it. Data files are not copied; they never change. ' +
        'Nor are keys (`login.key`, `vault.key`): keep those apart.',
    )
    .argument('<dir>', 'a new folder')
    .addHelpText('after', examples(['Every night:', 'blotter backup /backup/blotter-2026-11-23']))
    .action(
      action<[string], object>(async (invocation, [folder]) => {
        const report = await invocation.withPlatform((platform) => platform.backup(resolve(invocation.cwd, folder)))
        await invocation.print(report, () => backupText(report, invocation.terminal.out))
      }),
    )
}

function backupText({ folder, files, keys_not_copied: keys }: BackupReport, { styles }: Output): string {
  const bytes = files.reduce((sum, file) => sum + file.size_bytes, 0)
  const told = `${styles.ok('✓')} ${count(files.length)} files, ${size(bytes)}, in ${folder}`
  const todo = [
    'To restore: copy them back over the lake.',
    ...(keys.length > 0
      ? [`Keep apart from it, since without them nobody signs in and no secret opens: ${keys.join(', ')}`]
      : []),
  ]
  return `${[told, ...todo.map((line) => `${styles.accent('→')} ${line}`)].join('\n')}\n`
}
