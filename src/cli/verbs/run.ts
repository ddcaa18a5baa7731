import { Option } from 'commander'
import { parseBatchAt } from '../../query/reference.ts'
import type { Invocation, Verbs } from '../command-line.ts'
import type { BatchOutcome } from '../../pipeline/batch/batch-maker.ts'
import type { Watch } from '../../platform/running/watch.ts'
import type { Platform } from '../platform-port.ts'
import { runReportText } from '../show/run-report.ts'
import { examples } from './examples.ts'

interface RunFlags {
  full?: boolean
  at?: string
}

export function addRun({ program, action }: Verbs): void {
  program
    .command('run')
    .summary('make a batch now')
    .description(
      'Make a batch now: read the source, check, land what changed, derive, aggregate, commit.\n\n' +
        'An interrupted run goes on under its own batch. All tables of a batch appear together, or none does.',
    )
    .option(
      '--source <url>',
      'mysql://USER@HOST:PORT/DB?table=crimes, file:GLOB, socrata://HOST/DATASET?since=30d or demo://chicago?rows=300000&day=0',
    )
    .option('--full', 'read every row again, also those whose cursor stands still')
    .option('--at <time>', 'name of the batch (UTC, such as 2026-11-23T06:00:00Z); one that is committed is left alone')
    .addOption(new Option('--engine <engine>', 'what runs the SQL (default: duckdb)').choices(['duckdb', 'spark']))
    .addHelpText(
      'after',
      examples(
        [
          'A synthetic city; `day=1` is the same city a day later:',
          'blotter run --source "demo://chicago?rows=300000&day=0"',
        ],
        ['From MySQL:', 'BLOTTER_SOURCE_PASSWORD_FILE=pw blotter run --source "mysql://blotter_ro@db/chicago?table=crimes"'],
        ['From files of the city’s portal:', 'blotter run --source "file:exports/*.csv.gz"'],
        [
          'From the portal itself, the last 30 days that it has:',
          'blotter run --source "socrata://data.cityofchicago.org/ijzp-q8t2?since=30d"',
        ],
        ['What it did, for a script:', 'blotter run --json'],
      ),
    )
    .action(
      action<[], RunFlags>(async (invocation, _args, { full = false, at }) => {
        const options = { full, ...(at === undefined ? {} : { at: parseBatchAt(at) }) }
        await carryTold(invocation, (platform, watch) => platform.run(options, watch))
      }),
    )
}

/** Has a run carried and prints what it came to, before upkeep follows it; exit 3 if it is held, 1 if it is not committed. */
export async function carryTold(
  invocation: Invocation,
  work: (platform: Platform, watch: Watch) => Promise<BatchOutcome>,
): Promise<void> {
  let isTold = false
  const onOutcome = async (outcome: BatchOutcome): Promise<void> => {
    isTold = true
    await tellOutcome(invocation, outcome)
  }
  const outcome = await invocation.watched((platform, watch) => work(platform, { ...watch, onOutcome }))
  if (!isTold) await tellOutcome(invocation, outcome)
}

async function tellOutcome(invocation: Invocation, outcome: BatchOutcome): Promise<void> {
  const { already_committed: _, ...document } = outcome
  await invocation.print(document, () => runReportText(outcome, invocation.terminal.out))
  if (outcome.state === 'held') invocation.exitWith(3)
  else if (outcome.state !== 'succeeded') invocation.exitWith(1)
}
