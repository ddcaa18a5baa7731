import { join } from 'node:path'
import { BlotterError } from '../../errors.ts'
import { type LakeView, viewLake } from '../../history/as-of.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { snapshotOf } from '../../lake/table.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { BatchKind, RunReport } from '../../model/report.ts'
import { beginRun } from '../../orchestrate/run/begin.ts'
import { acquireLease, type Lease } from '../../orchestrate/lease.ts'
import { interruptedRun, releaseRun, resumableRun, terminateRun } from '../../orchestrate/run/recover.ts'
import { listRuns, type RunRecord } from '../../orchestrate/run/runs.ts'
import { readRun } from '../../state/run-rows.ts'
import type { State } from '../../state/state.ts'
import type { BatchMaker, BatchOutcome, BatchWatch } from './batch-maker.ts'
import { carry, optionsOf, type RunOptions } from './carry-run.ts'
import { nextBatchAt, olderThanNewest } from './next-batch.ts'
import { QUARANTINE_URL } from './quarantine-source.ts'
import { reportOfBatch } from './report.ts'

/**
 * Makes a batch of a source now, or goes on with the run that was interrupted. `at` names the batch: one that is committed
 * already is only reported, one older than the newest is refused (`batch_older`). Throws what the run failed with.
 */
export async function makeBatch(
  maker: BatchMaker,
  options: RunOptions & { at?: BatchAt | undefined },
  watch: BatchWatch,
): Promise<BatchOutcome> {
  using lease = await leaseFor(maker, watch)
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

/** A batch waits for upkeep that is about to be done, such as the compaction that follows the batch before. */
function leaseFor({ state, clock }: BatchMaker, { signal, onNotice }: BatchWatch): Promise<Lease> {
  return acquireLease(state, { clock, signal, onWait: onNotice })
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
  const { full: readsAll, engine, source } = optionsOf(run)
  if (run.batch_at === newest) return run
  if (engine !== engineFor(maker, source)) return beginAgain(maker, lease, run, full)
  return !full || readsAll ? run : beginAgain(maker, lease, run, true)
}

/** Another run for the same batch, from its first step. */
function beginAgain(maker: BatchMaker, lease: Lease, run: RunRecord, full: boolean): RunRecord {
  const options = optionsOf(run)
  terminateRun(maker.state, run.run, maker.clock)
  return begin(maker, lease, run.batch_at, { ...options, full: full || options.full })
}

/** Goes on with a run that failed or was interrupted, from the step where it stopped; by default the latest such run. */
export async function resumeBatch(maker: BatchMaker, run: string | undefined, watch: BatchWatch): Promise<BatchOutcome> {
  using lease = await leaseFor(maker, watch)
  return await carry(maker, lease, resumableRun(maker.state, run), watch, true)
}

/** Lets a held run pass its guards and carries it to its end; by default the one held. */
export async function releaseBatch(maker: BatchMaker, run: string | undefined, watch: BatchWatch): Promise<BatchOutcome> {
  using lease = await leaseFor(maker, watch)
  return await carry(maker, lease, releaseRun(maker.state, run, maker.clock), watch, true)
}

/** What the run that made the batch has told, or the same out of the lake where that run is not on record any more. */
async function alreadyCommitted(maker: BatchMaker, view: LakeView, at: BatchAt): Promise<BatchOutcome> {
  const ledger = view.tables.find((table) => table.name === BATCHES_TABLE)
  const run = readRun(maker.state.database, ledger ? (snapshotOf(ledger, at)?.summary['blotter.run'] ?? '') : '')
  if (run?.state === 'succeeded' && run.report) return { ...(run.report as RunReport), already_committed: true }
  await using engine = await maker.openEngine(join(maker.state.folder, 'spill'))
  return { ...(await reportOfBatch(maker.lake, engine, maker.pipeline, view, at)), already_committed: true }
}
