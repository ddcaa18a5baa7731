import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { asBlotterError, BlotterError } from '../errors.ts'
import { type LakeView, viewLake } from '../history/as-of.ts'
import { BATCHES_TABLE } from '../history/ledger.ts'
import type { Restore } from '../history/restore.ts'
import { snapshotOf } from '../lake/table.ts'
import { enqueue } from '../lineage/outbox.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { BatchKind, RunReport } from '../model/report.ts'
import { beginRun } from '../orchestrate/begin.ts'
import { acquireLease, type Lease } from '../orchestrate/lease.ts'
import { interruptedRun, releaseRun, resumableRun, terminateRun } from '../orchestrate/recover.ts'
import { runSteps } from '../orchestrate/runner.ts'
import { listRuns, type RunRecord, showRun } from '../orchestrate/runs.ts'
import { readRun, storeReport } from '../state/run-rows.ts'
import type { State } from '../state/state.ts'
import type { BatchMaker, BatchOutcome, BatchWatch } from './batch-maker.ts'
import type { RunContext } from './context.ts'
import { compactWhenDue } from './compact-when-due.ts'
import { findLeftovers, runFolder } from './leftovers.ts'
import { afterRun } from './lineage/tell.ts'
import { nextBatchAt, olderThanNewest } from './next-batch.ts'
import { reportOfBatch, reportOfRun } from './report.ts'
import { type RunTeller, runTeller } from './run-alerts.ts'
import { QUARANTINE_URL } from './quarantine-source.ts'
import { markBefore } from './source-mark.ts'
import { afterCommit, heldBy } from './run-end.ts'
import { isCommitted } from './steps/evidence.ts'
import { lakeAsSource } from './steps/restore.ts'
import { batchSteps } from './steps/steps.ts'

export type { BatchMaker } from './batch-maker.ts'

/** What a run's record has to say for it to be gone on with. */
export interface RunOptions {
  source: string
  full: boolean
  /** Present for a restore: then `source` is only its name. */
  restore?: Restore
  /** Who makes it; absent for DuckDB. A run goes on with the engine that began it. */
  engine?: 'spark'
}

/**
 * Makes a batch of a source now, or goes on with the run that was interrupted. `at` names the batch: one that is committed
 * already is only reported, one older than the newest is refused (`batch_older`). Throws what the run failed with.
 */
export async function makeBatch(
  maker: BatchMaker,
  options: RunOptions & { at?: BatchAt | undefined },
  watch: BatchWatch,
): Promise<BatchOutcome> {
  using lease = await acquireLease(maker.state, { clock: maker.clock, signal: watch.signal })
  const interrupted = interruptedRun(maker.state, options.source)
  const view = await settledView(maker, lease, interrupted?.run)
  const newest = view.batches.at(-1)?.batchAt
  const fits = interrupted && (options.at === undefined || options.at === interrupted.batch_at)
  // A run may have died between its commit and the note of it: then it is gone on with, and publishes.
  if (interrupted && fits && (newest === undefined || interrupted.batch_at >= newest)) {
    const run = asWanted(maker, lease, interrupted, options.full, newest)
    try {
      return await carry(maker, lease, run, watch, true)
    } catch (error) {
      if (!(error instanceof BlotterError) || error.code !== 'staged_lost') throw error
      watch.onNotice(`${error.message} The run begins again.`)
      return await carry(maker, lease, beginAgain(maker, lease, run, options.full), watch, true)
    }
  }
  if (options.at !== undefined && view.batches.some((batch) => batch.batchAt === options.at)) {
    return await alreadyCommitted(maker, view, options.at)
  }
  if (options.at !== undefined && newest !== undefined && options.at < newest) throw olderThanNewest(options.at, newest)
  if (interrupted) terminateRun(maker.state, interrupted.run, maker.clock)
  noticeDropped(maker.state, watch)
  const run = begin(maker, lease, options.at ?? nextBatchAt(maker.clock, newest, watch.onNotice), options)
  return await carry(maker, lease, run, watch, false)
}

async function settledView(maker: BatchMaker, lease: Lease, spared: string | undefined): Promise<LakeView> {
  const view = await viewLake(maker.lake)
  const run = { ...(spared === undefined ? {} : { spared }), assertHeld: () => lease.assertHeld() }
  return (await maker.settle?.(view.tables, run)) ? viewLake(maker.lake) : view
}

function begin(maker: BatchMaker, lease: Lease, at: BatchAt, { source, full, restore }: RunOptions): RunRecord {
  const { state, clock } = maker
  const kind: BatchKind | null = restore ? 'restore' : full ? 'full' : null
  const engine = restore ? undefined : engineFor(maker, source)
  return beginRun(
    {
      batch_at: at,
      kind,
      source,
      options: { source, full, ...(restore ? { restore } : {}), ...(engine ? { engine } : {}) },
    },
    { state, lease, clock },
  )
}

/** What is in the lake already goes through the engine that needs no other. */
function engineFor(maker: BatchMaker, source: string): 'spark' | undefined {
  return maker.engine === 'spark' && source !== QUARANTINE_URL ? 'spark' : undefined
}

/** A restore that was interrupted was somebody's wish of then: whoever goes on without it is told. */
function noticeDropped(state: State, watch: BatchWatch): void {
  const dropped = listRuns(state, { states: ['queued', 'running'] }).find((run) => run.kind === 'restore')
  if (dropped)
    watch.onNotice(
      `The restore of run ${dropped.run} (${dropped.source}) was interrupted and is given up; nothing of it was committed.`,
    )
}

/** Who asks for `--full` gets it under the interrupted run's batch; what was read by the cursor is of no use then. */
function asWanted(maker: BatchMaker, lease: Lease, run: RunRecord, full: boolean, newest: BatchAt | undefined): RunRecord {
  const { full: readsAll, engine, source } = run.options as unknown as RunOptions
  if (run.batch_at === newest) return run
  if (engine !== engineFor(maker, source)) return beginAgain(maker, lease, run, full)
  return !full || readsAll ? run : beginAgain(maker, lease, run, true)
}

/** Another run for the same batch, from its first step. */
function beginAgain(maker: BatchMaker, lease: Lease, run: RunRecord, full: boolean): RunRecord {
  const options = run.options as unknown as RunOptions
  terminateRun(maker.state, run.run, maker.clock)
  return begin(maker, lease, run.batch_at, { ...options, full: full || options.full })
}

/** Goes on with a run that failed or was interrupted, from the step where it stopped; by default the latest such run. */
export async function resumeBatch(maker: BatchMaker, run: string | undefined, watch: BatchWatch): Promise<BatchOutcome> {
  using lease = await acquireLease(maker.state, { clock: maker.clock, signal: watch.signal })
  return await carry(maker, lease, resumableRun(maker.state, run), watch, true)
}

/** Lets a held run pass its guards and carries it to its end; by default the one held. */
export async function releaseBatch(maker: BatchMaker, run: string | undefined, watch: BatchWatch): Promise<BatchOutcome> {
  using lease = await acquireLease(maker.state, { clock: maker.clock, signal: watch.signal })
  return await carry(maker, lease, releaseRun(maker.state, run, maker.clock), watch, true)
}

async function carry(
  maker: BatchMaker,
  lease: Lease,
  run: RunRecord,
  watch: BatchWatch,
  goesOn: boolean,
): Promise<BatchOutcome> {
  const people = runTeller(maker, run)
  people.begun()
  const outcome = await carryOn(maker, lease, run, {
    watch,
    goesOn,
    people,
    by: (run.options as unknown as RunOptions).engine,
  })
    .catch((error: unknown) => {
      people.failed(error)
      throw error
    })
    .finally(() => people.settled())
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
  const options = run.options as unknown as RunOptions
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

/** What the run that made the batch has told, or the same out of the lake where that run is not on record any more. */
async function alreadyCommitted(maker: BatchMaker, view: LakeView, at: BatchAt): Promise<BatchOutcome> {
  const ledger = view.tables.find((table) => table.name === BATCHES_TABLE)
  const run = readRun(maker.state.database, ledger ? (snapshotOf(ledger, at)?.summary['blotter.run'] ?? '') : '')
  if (run?.state === 'succeeded' && run.report) return { ...(run.report as RunReport), already_committed: true }
  await using engine = await maker.openEngine(join(maker.state.folder, 'spill'))
  return { ...(await reportOfBatch(maker.lake, engine, maker.pipeline, view, at)), already_committed: true }
}
