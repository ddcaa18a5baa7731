import { BlotterError } from '../../errors.ts'
import type { Verbs } from '../command-line.ts'
import type { ExpiryReport } from '../../pipeline/upkeep/expire.ts'
import { count, counted, size } from '../show/figures.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'

interface ExpireOptions {
  keepBatches?: string
  keepDays?: string
  dryRun?: boolean
}

export function addExpire({ program, action }: Verbs): void {
  program
    .command('expire')
    .summary('let old batches go and free their space')
    .description(
      'Let old batches go, in all tables at once, and remove the files that no other batch needs. A batch stays if either number ' +
        'keeps it; the newest always stays, and so do history and quarantine. Without flags, `retention:` in blotter.yaml says what to keep.',
    )
    .option('--keep-batches <n>', 'keep the newest so many batches')
    .option('--keep-days <n>', 'keep batches younger than so many days')
    .option('--dry-run', 'say what would go, and change nothing')
    .addHelpText(
      'after',
      examples(
        ['What would go?', 'blotter expire --keep-days 365 --dry-run'],
        ['Keep a year, and thirty batches if there are fewer:', 'blotter expire --keep-days 365 --keep-batches 30'],
      ),
    )
    .action(
      action<[], ExpireOptions>(async (invocation, _args, { keepBatches, keepDays, dryRun = false }) => {
        const batches = wholeNumber('--keep-batches', keepBatches, 1)
        const days = wholeNumber('--keep-days', keepDays, 0)
        const options = {
          dryRun,
          ...(batches === undefined ? {} : { batches }),
          ...(days === undefined ? {} : { days }),
        }
        const report = await invocation.watched((platform, watch) => platform.expire(options, watch))
        await invocation.print(report, () => expiryText(report, invocation.terminal.out))
      }),
    )
}

function wholeNumber(flag: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,6}$/.test(text) && Number(text) >= least) return Number(text)
  throw new BlotterError('usage', `${flag} ${text} is no whole number of at least ${least}.`, {
    todo: 'Write it as in `blotter expire --keep-batches 30 --keep-days 365`.',
    context: { flag, given: text },
  })
}

/** Long lists of batches are told by their ends. */
const LISTED = 10

function expiryText({ dry_run, expired, kept, files, size_bytes }: ExpiryReport, { styles }: Output): string {
  const freed = `${counted(files, 'file')}, ${size(size_bytes)}`
  const rest = `${counted(kept.length, 'batch', 'batches')} stay${kept.length === 1 ? 's' : ''}`
  if (expired.length === 0) {
    const swept = files === 0 ? '' : ` Orphans ${dry_run ? 'to be removed' : 'removed'}: ${freed}.`
    return `${styles.ok('✓')} No batch expires; ${rest}.${swept}\n`
  }
  const shown = expired.length <= LISTED ? expired : [...expired.slice(0, LISTED - 2), '…', expired.at(-1)!]
  const head = dry_run ? `${count(expired.length)} would expire:` : `${count(expired.length)} expired:`
  const end = dry_run
    ? `${styles.accent('→')} ${freed} would go; ${rest}. Leave \`--dry-run\` out to do it.`
    : `${styles.ok('✓')} ${freed} removed; ${rest}.`
  return `${[head, ...shown.map((batch) => `  ${batch}`), '', end].join('\n')}\n`
}
