import { BlotterError } from '../../errors.ts'
import { type LakeView, viewLake } from '../../history/as-of.ts'
import { citedBatches } from '../../history/citations.ts'
import { holdsOf, liftedOf } from '../../history/holds.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { expireTags, type Expiry } from '../../lake/upkeep/expire.ts'
import { bearsLabel } from '../../lake/write/file-label.ts'
import { canonicalLocation } from '../../lake/location.ts'
import { snapshotFiles, sweepOrphans, type Swept } from '../../lake/upkeep/orphans.ts'
import { writeMetadata } from '../../lake/write/stage.ts'
import type { Storage } from '../../lake/storage.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import { GRACE_MS, heldRuns, liesIn } from '../batch/leftovers.ts'
import { maintain } from './maintenance.ts'
import type { BatchMaker } from '../batch/batch-maker.ts'
import { expiredBatches, type Retention } from './retention.ts'
import { tableNames } from '../definition/tables.ts'

/** `expire --json`. */
export interface ExpiryReport {
  dry_run: boolean
  expired: BatchAt[]
  kept: BatchAt[]
  /** Files removed (or to be removed), orphans of others' broken commits included. */
  files: number
  size_bytes: number
}

/** Property of `history.batches`: names of batches that never expire, as a JSON list. */
export const KEEP = 'blotter.keep'

interface Plan {
  view: LakeView
  expired: BatchAt[]
  kept: BatchAt[]
  expiries: Expiry[]
}

/**
 * Lets batches go by a retention, in all tables together and in one commit, then removes the files that no kept version
 * needs and orphans older than an hour. Rows of history and quarantine stay whatever expires. Throws `usage` without a
 * retention, `run_held` or `run_locked` while a run waits to go on.
 */
export async function expireBatches(
  maker: BatchMaker,
  { retention, dryRun }: { retention: Retention; dryRun: boolean },
  signal: AbortSignal,
): Promise<ExpiryReport> {
  if (retention.batches === undefined && retention.days === undefined) throw nothingSaid()
  if (dryRun) {
    const plan = await planExpiry(maker, retention)
    return reportOf(plan, await removeFiles(maker, plan, () => false), true)
  }
  return maintain(maker, 'expire', signal, async ({ label, assertHeld }) => {
    const plan = await planExpiry(maker, retention)
    // A lake that is damaged is found out before anything is changed.
    await removeFiles(maker, plan, () => false)
    const swaps = []
    for (const { table } of plan.expiries) swaps.push(await writeMetadata(maker.lake.storage, table, label))
    await refuseNewlyCited(maker, plan.expired)
    assertHeld()
    await maker.lake.catalog.commit(swaps)
    for (const location of swaps.flatMap((swap) => swap.unnamed)) await maker.lake.storage.remove(location).catch(() => {})
    const now = await viewLake(maker.lake)
    const removed = await removeFiles(maker, { ...plan, view: now }, () => {
      assertHeld()
      return true
    })
    return reportOf(plan, removed, false)
  })
}

async function planExpiry({ lake, pipeline, clock }: BatchMaker, retention: Retention): Promise<Plan> {
  const view = await viewLake(lake)
  const batches = view.batches.map((batch) => batch.batchAt)
  const now = clock.now()
  const keep = keptByName(view)
    .union(heldBatches(view))
    .union(await citedBatches(lake))
  const expired = expiredBatches(batches, retention, { now, keep })
  const tags = new Set<string>(expired)
  const own = new Set(tableNames(pipeline))
  const expiries = view.tables
    .filter((table) => own.has(table.name))
    .map((table) => expireTags(table, tags, now))
    .filter((one) => one !== undefined)
  return { view, expired, kept: batches.filter((batch) => !tags.has(batch)), expiries }
}

/** What was cited while files were looked through. Whoever cites looks whether the batch is still there after writing that down. */
async function refuseNewlyCited({ lake }: BatchMaker, expired: readonly BatchAt[]): Promise<void> {
  const cited = await citedBatches(lake)
  const batch = expired.find((one) => cited.has(one))
  if (batch === undefined) return
  throw new BlotterError('commit_conflict', `The batch ${batch} has just been cited. Nothing was changed.`, {
    todo: 'Run `blotter expire` again: it leaves that batch alone.',
    context: { batch_at: batch },
  })
}

/** A hold looks up what it holds in the batch that was restored. */
function heldBatches(view: LakeView): Set<string> {
  return new Set(view.tables.flatMap((table) => [...holdsOf(table), ...liftedOf(table)].map((hold) => hold.batch)))
}

function keptByName(view: LakeView): Set<string> {
  const text = view.tables.find((table) => table.name === BATCHES_TABLE)?.metadata.properties[KEEP]
  if (text === undefined) return new Set()
  const names = jsonOf(text)
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return new Set(names)
  throw new BlotterError(
    'lake_damaged',
    `The property ${KEEP} of ${BATCHES_TABLE} is no list of batches: ${text}. Nothing was changed.`,
    {
      todo: 'Set it to a JSON list of batch names, or remove it.',
      context: { table: BATCHES_TABLE, found: text },
    },
  )
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Counts what goes; `mayRemove` is asked before each file does. */
async function removeFiles(maker: BatchMaker, plan: Plan, mayRemove: () => boolean): Promise<Swept> {
  const { storage } = maker.lake
  const going = await filesOfExpired(storage, plan.expiries)
  const held = heldRuns(maker.state)
  const own = new Set(tableNames(maker.pipeline))
  const staged = new Map(plan.expiries.map(({ table }) => [table.name, table]))
  // Before the commit what will be is what counts, after it what is: another engine may have gone on meanwhile.
  const tables = plan.view.tables.map((table) =>
    table.metadataLocation === staged.get(table.name)?.metadataLocation ? staged.get(table.name)! : table,
  )
  const youngest = maker.clock.now().getTime() - GRACE_MS
  const counted: Swept = { files: 0, sizeBytes: 0 }
  await sweepOrphans({
    storage,
    tables,
    swept: tables.filter((table) => own.has(table.name) && liesIn(maker.lake, table)),
    mayRemove: ({ location, sizeBytes, modifiedMs }) => {
      const orphan = modifiedMs < youngest && !held.some((run) => bearsLabel(location, run))
      if (!orphan && !going.has(canonicalLocation(location))) return false
      counted.files += 1
      counted.sizeBytes += sizeBytes
      return mayRemove()
    },
  })
  return counted
}

/** What was damaged already need not be known: its files are orphans in an hour. */
async function filesOfExpired(storage: Storage, expiries: readonly Expiry[]): Promise<Set<string>> {
  const all = new Set<string>()
  for (const { removed } of expiries) {
    const files = await snapshotFiles(storage, removed).catch((error: unknown) => {
      if (error instanceof BlotterError && error.code === 'lake_damaged') return []
      throw error
    })
    for (const file of files) all.add(file)
  }
  return all
}

function reportOf({ expired, kept }: Plan, { files, sizeBytes }: Swept, dryRun: boolean): ExpiryReport {
  return { dry_run: dryRun, expired, kept, files, size_bytes: sizeBytes }
}

function nothingSaid(): BlotterError {
  return new BlotterError('usage', 'Nothing says which batches are to be kept. Nothing was changed.', {
    todo: 'Give `--keep-batches N` or `--keep-days D`, or write `retention: { days: 365 }` into blotter.yaml.',
  })
}
