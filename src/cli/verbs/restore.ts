import { BlotterError } from '../../errors.ts'
import { parseBatchAt } from '../../query/reference.ts'
import type { Invocation, Verbs } from '../command-line.ts'
import type { LiftReport } from '../../pipeline/restore/lift-holds.ts'
import type { RestorePreview } from '../../pipeline/restore/restore-batch.ts'
import { count, counted, countsByName, words } from '../show/figures.ts'
import { holdText } from '../show/hold.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'
import { carryTold } from './run.ts'

interface RestoreFlags {
  table?: string
  where?: string
  at?: string
  dryRun?: boolean
  lift?: boolean
}

export function addRestore({ program, action }: Verbs): void {
  program
    .command('restore')
    .summary('bring back what a batch held, and hold it')
    .description(
      'Make a new batch that brings back what an older one held: all incidents, or those that match a condition as they were or as ' +
        'they are. Nothing of what happened since is lost: the ledger tells the restore like any change. What was restored is held: ' +
        'later batches leave it as it is and say how much of it differs from the source, until it is lifted.',
    )
    .argument('[ref]', 'batch, day, latest~N or snapshot id to go back to; with --lift, whose hold to lift')
    .option('--table <name>', 'a derived table as a whole, or the raw table (default)')
    .option('--where <condition>', 'only incidents of which this SQL is true, such as "year = 2019"')
    .option('--at <time>', 'name of the new batch (UTC); default: now')
    .option('--dry-run', 'say what would change, and change nothing')
    .option('--lift', 'hold no longer what restores brought back; the next batch brings it up to date')
    .addHelpText(
      'after',
      examples(
        ['What would it change?', 'blotter restore latest~1 --where "year = 2019" --dry-run'],
        ['Do it:', 'blotter restore latest~1 --where "year = 2019"'],
        ['Everything as it was that day:', 'blotter restore 2026-11-23'],
        ['Follow the source again:', 'blotter restore --lift'],
      ),
    )
    .action(
      action<[string | undefined], RestoreFlags>(async (invocation, [ref], flags) => {
        if (flags.lift) return await lift(invocation, ref, flags)
        if (ref === undefined) throw noReference()
        const { table, where, at, dryRun = false } = flags
        const wish = { ref, ...(table === undefined ? {} : { table }), ...(where === undefined ? {} : { where }) }
        if (dryRun) {
          const preview = await invocation.withPlatform((platform) => platform.restorePreview(wish))
          return await invocation.print(preview, () => previewText(preview, invocation.terminal.out))
        }
        const options = { ...wish, ...(at === undefined ? {} : { at: parseBatchAt(at) }) }
        await carryTold(invocation, (platform, watch) => platform.restore(options, watch))
      }),
    )
}

async function lift(invocation: Invocation, ref: string | undefined, flags: RestoreFlags): Promise<void> {
  const other = (['where', 'at', 'dryRun'] as const).find((flag) => flags[flag] !== undefined)
  if (other !== undefined) {
    throw new BlotterError(
      'usage',
      `--lift takes no ${other === 'dryRun' ? '--dry-run' : `--${other}`}. Nothing was changed.`,
      {
        todo: 'Name the batch or the --table whose hold to lift, or neither for all.',
      },
    )
  }
  const meant = { ...(ref === undefined ? {} : { ref }), ...(flags.table === undefined ? {} : { table: flags.table }) }
  const report = await invocation.watched((platform, watch) => platform.restoreLift(meant, watch))
  await invocation.print(report, () => liftText(report, invocation.terminal.out))
}

function previewText({ restore, incidents, changes, rows }: RestorePreview, { styles }: Output): string {
  const { table, batch, where } = restore
  const what = where === null ? table : `${table} where ${where}`
  const kinds = countsByName(changes, words)
  const lines = [
    `Restoring ${styles.strong(what)} as of ${styles.strong(batch)} would leave ${counted(rows.after, 'row')} of ${count(rows.before)}.`,
  ]
  if (incidents !== null)
    lines.push(`  ${counted(incidents, 'incident')} concerned: ${kinds === '' ? 'nothing would change' : kinds}`)
  const flags = [where === null ? '' : ` --where ${shellWord(where)}`, incidents === null ? ` --table ${table}` : '']
  return `${[...lines, '', `${styles.accent('→')} blotter restore ${batch}${flags.join('')}`].join('\n')}\n`
}

function liftText({ lifted, held }: LiftReport, { styles }: Output): string {
  if (lifted.length === 0) return `${styles.ok('✓')} Nothing is held.\n`
  const lines = lifted.map((hold) => `${styles.ok('✓')} Lifted: ${holdText(hold)}`)
  for (const hold of held) lines.push(`  still held: ${holdText(hold)}`)
  return `${[...lines, '', `${styles.accent('→')} blotter run   brings it up to date`].join('\n')}\n`
}

function shellWord(text: string): string {
  return text.includes("'") && !/["$`\\!]/.test(text) ? `"${text}"` : `'${text.replaceAll("'", "'\\''")}'`
}

function noReference(): BlotterError {
  return new BlotterError('usage', 'Nothing says which batch to go back to. Nothing was changed.', {
    todo: 'Name one that `blotter batches` lists: `blotter restore latest~1 --dry-run`. Or lift a restore with `--lift`.',
  })
}
