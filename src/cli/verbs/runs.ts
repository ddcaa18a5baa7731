import type { Invocation, Verbs } from '../command-line.ts'
import type { RunSummary } from '../../platform/running/run-summary.ts'
import { columnLines } from '../show/columns.ts'
import { duration, moment } from '../show/figures.ts'
import { runDetailText } from '../show/run-detail.ts'
import { stateStyle } from '../show/state.ts'
import type { Output } from '../terminal.ts'
import { examples } from './examples.ts'
import { carryTold } from './run.ts'

export function addRuns({ program, action }: Verbs): void {
  const runs = program
    .command('runs')
    .summary('list runs, look at one, carry one on or end it')
    .description('List runs, look at one, carry one on or end it.')
    .addHelpText(
      'after',
      examples(
        ['What ran, newest first:', 'blotter runs list'],
        ['Why did the last one fail?', 'blotter runs show'],
        ['A guard holds a run, and what it saw is right:', 'blotter runs release'],
      ),
    )
  runs
    .command('list', { isDefault: true })
    .description('list runs, newest first')
    .action(
      action<[], object>(async (invocation) => {
        const list = await invocation.withPlatform((platform) => platform.runs())
        await invocation.print(list, () => runsText(list, invocation.terminal.out))
      }),
    )
  runs
    .command('show')
    .description('steps of a run with their times, and what went wrong')
    .argument('[run]', 'default: the newest')
    .action(
      action<[string | undefined], object>(async (invocation, [run]) => {
        const detail = await invocation.withPlatform((platform) => platform.runShow(run))
        await invocation.print(detail, () => runDetailText(detail, invocation.terminal.out))
      }),
    )
  runs
    .command('resume')
    .description('carry an interrupted or failed run to its end')
    .argument('[run]', 'default: the newest such run')
    .action(
      action<[string | undefined], object>(async (invocation, [run]) => {
        await carryTold(invocation, (platform, watch) => platform.runResume(run, watch))
      }),
    )
  runs
    .command('release')
    .description('carry a held run to its end in spite of its guard')
    .argument('[run]', 'default: the one held')
    .action(
      action<[string | undefined], object>(async (invocation, [run]) => {
        await carryTold(invocation, (platform, watch) => platform.runRelease(run, watch))
      }),
    )
  runs
    .command('terminate')
    .description('end a run for good, be it under way, interrupted, failed or held; nothing of it is committed')
    .argument('[run]', 'default: the latest that has not come to an end')
    .action(
      action<[string | undefined], object>(async (invocation, [run]) => {
        const ended = await invocation.withPlatform((platform) => platform.runTerminate(run))
        await invocation.print(ended, () => terminatedText(ended, invocation))
      }),
    )
}

function terminatedText(run: RunSummary, { terminal }: Invocation): string {
  return `${terminal.out.styles.ok('✓')} Run ${run.run} is terminated; nothing of batch ${run.batch_at} was committed.\n`
}

function runsText(runs: readonly RunSummary[], { styles, columns }: Output): string {
  if (runs.length === 0) return `There is no run yet.\n${styles.accent('→')} blotter run --source URL\n`
  const lines = columnLines(
    [
      { title: 'run', style: styles.strong },
      { title: 'state', style: (cell, row) => stateStyle(runs[row]!.state, styles)(cell) },
      { title: 'batch' },
      { title: 'kind' },
      { title: 'started (UTC)', side: 'right' },
      { title: 'took', side: 'right' },
      { title: 'source' },
    ],
    runs.map((run) => [
      run.run,
      run.state,
      run.batch_at,
      run.kind ?? '',
      moment(run.started_at),
      run.seconds === null ? '' : duration(run.seconds),
      run.source,
    ]),
    { width: columns, dim: styles.dim },
  )
  return `${[...lines, '', `${styles.accent('→')} blotter runs show ${runs[0]!.run}`].join('\n')}\n`
}
