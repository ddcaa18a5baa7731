import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asBlotterError } from '../../errors.ts'
import type { Restore } from '../../history/restore.ts'
import { enqueue } from '../../lineage/outbox.ts'
import type { Lease } from '../../orchestrate/lease.ts'
import { runSteps } from '../../orchestrate/run/runner.ts'
import { type RunRecord, showRun } from '../../orchestrate/run/runs.ts'
import { storeReport } from '../../state/run-rows.ts'
import type { BatchMaker, BatchOutcome, BatchWatch } from './batch-maker.ts'
import { compactWhenDue } from '../upkeep/compact-when-due.ts'
import type { RunContext } from './context.ts'
import { findLeftovers, runFolder } from './leftovers.ts'
import { afterRun } from '../lineage/tell.ts'
import { reportOfRun } from './report.ts'
import { type RunTeller, runTeller } from './run-alerts.ts'
import { afterCommit, heldBy } from './run-end.ts'
import { markBefore } from './source-mark.ts'
import { isCommitted } from '../steps/evidence.ts'
import { lakeAsSource } from '../steps/restore.ts'
import { batchSteps } from '../steps/steps.ts'

/** What a run's record has to say for it to be gone on with. */
export interface RunOptions {
  source: string
  full: boolean
  /** Present for a restore: then `source` is only its name. */
  restore?: Restore
  /** Who makes it; absent for DuckDB. A run goes on with the engine that began it. */
  engine?: 'spark'
}

export function optionsOf(run: RunRecord): RunOptions {
  return run.options as unknown as RunOptions
}

/** Carries a run to its end under the lease, with people told of it; compacts once the batch is there, where that is due. */
export async function carry(
  maker: BatchMaker,
  lease: Lease,
  run: RunRecord,
  watch: BatchWatch,
  goesOn: boolean,
): Promise<BatchOutcome> {
  const people = runTeller(maker, run)
  people.begun()
  const outcome = await carryOn(maker, lease, run, { watch, goesOn, people, by: optionsOf(run).engine })
    .catch((error: unknown) => {
      people.failed(error)
      throw error
    })
    .finally(() => people.settled())
  await watch.onOutcome?.(outcome)
  if (outcome.state === 'succeeded') await compactWhenDue(maker, lease, watch)
  return outcome
}

/** What goes on while a run is carried: who watches it, whether it goes on, and who is told. */
interface Carriage {
  watch: BatchWatch
  goesOn: boolean
  people: RunTeller
  /** Absent for DuckDB. */
  by: 'spark' | undefined
}

async function carryOn(maker: BatchMaker, lease: Lease, run: RunRecord, carriage: Carriage): Promise<BatchOutcome> {
  const { watch, goesOn } = carriage
  const options = optionsOf(run)
  const { restore } = options
  const folder = runFolder(maker.state, run.run)
  await using engine = await maker.openEngine(join(folder, 'spill'))
  const context: RunContext = {
    ...maker,
    engine,
    source: restore ? lakeAsSource(options.source) : await maker.openSource(options.source),
    run: run.run,
    batchAt: run.batch_at,
    startedAt: new Date(run.started_at),
    full: options.full,
    ...(restore ? { restore } : {}),
    // Guards look at sources; what a restore does was asked for.
    released: run.released || restore !== undefined,
    folder,
    record: () => showRun(maker.state, run.run),
    enqueue: (events) => (maker.openLineage.url === undefined ? undefined : enqueue(maker.state.database, events)),
    leftovers: () => findLeftovers(maker.state, run.run),
    assertHeld: () => lease.assertHeld(),
    progress: (step, rows, expected) => watch.onRows(step, rows, expected),
    notice: (message) => watch.onNotice(message),
  }
  lease.name(run.run)
  watch.onStart({ run: run.run, batch_at: run.batch_at, goesOn })
  try {
    const marked =
      maker.watchesSource && !restore
        ? await markBefore(context.source, { run: run.run, goesOn }, maker, watch.signal)
        : undefined
    const outcome = await perform(maker, lease, context, carriage)
    marked?.keep(outcome.state)
    return outcome
  } catch (error) {
    const committed = await isCommitted(context).catch(() => false)
    throw committed ? afterCommit(run.batch_at, asBlotterError(error)) : error
  }
}

async function perform(
  maker: BatchMaker,
  lease: Lease,
  context: RunContext,
  { watch, people, by }: Carriage,
): Promise<BatchOutcome> {
  const { run, batchAt, full, restore, folder, engine } = context
  const named = { run, batch_at: batchAt, full, restore }
  const result = await runSteps({
    state: maker.state,
    run,
    lease,
    steps: (by && maker.sparkSteps?.()) ?? batchSteps(),
    context,
    signal: watch.signal,
    clock: maker.clock,
    onEvent: (event) => watch.onEvent(event),
    onEnd: (end) => people.ended(end, () => reportOfRun(named, end)),
  })
  const report = reportOfRun(named, result)
  storeReport(maker.state.database, run, report, report.kind)
  await afterRun(maker, engine, watch)
  if (result.state === 'succeeded' || result.state === 'terminated') await rm(folder, { recursive: true, force: true })
  // Empty, it tells the next run that there is something to sweep.
  if (result.state === 'terminated') await mkdir(folder, { recursive: true })
  if (result.state === 'held' && result.error) return { ...report, held: heldBy(result.error) }
  if (result.error) throw result.error
  return report
}
