import type { Lake } from '../../catalog/lake.ts'
import { BATCHES_TABLE } from '../../history/ledger.ts'
import { liveFiles } from '../../lake/read/plan.ts'
import type { Integer } from '../../lake/format/exact-json.ts'
import { readManifestList } from '../../lake/format/manifest.ts'
import type { Snapshot, TableMetadata } from '../../lake/format/metadata.ts'
import { type MetadataSwap, stageTag, withMetadata, writeMetadata } from '../../lake/write/stage.ts'
import type { Storage } from '../../lake/storage.ts'
import { loadTable, snapshotOf, type Table, tagsOf } from '../../lake/table.ts'
import { impossible } from '../../errors.ts'
import type { BatchAt } from '../../model/batch-at.ts'

/** The branch on which an engine that commits table by table writes a run. */
export function branchOf(run: string): string {
  return `run-${run}`
}

const BRANCH = /^run-(.+)$/

/** A table before and after its main has moved to where a branch stands. */
export interface Published {
  table: Table
  changed: boolean
}

/**
 * Moves main of every table to where the run's branch stands and tags it with the batch, all in one catalog transaction. A
 * table without the branch is as it was, unless it bears the tag already: then somebody has moved it before.
 */
export async function publishBranches(
  lake: Lake,
  names: readonly string[],
  batch: { run: string; batchAt: BatchAt },
  at: { now: Date; assertHeld(): void },
): Promise<Published[]> {
  const published: Published[] = []
  for (const name of names) published.push(await publishTable(await load(lake, name), batch, lake.storage, at.now))
  const swaps: MetadataSwap[] = []
  for (const { table } of published) swaps.push(await writeMetadata(lake.storage, table, batch.run))
  at.assertHeld()
  await lake.catalog.commit(swaps)
  for (const location of swaps.flatMap((swap) => swap.unnamed)) await lake.storage.remove(location).catch(() => {})
  return published.map(({ changed }, i) => ({ table: swaps[i]!.committed, changed }))
}

async function publishTable(
  table: Table,
  { run, batchAt }: { run: string; batchAt: BatchAt },
  storage: Storage,
  now: Date,
): Promise<Published> {
  const { refs } = table.metadata
  const branch = refs[branchOf(run)]
  if (!branch) return { table: stageTag(table, batchAt, now), changed: false }
  const head = branch['snapshot-id']
  const main = snapshotOf(table)
  const changed = main?.['snapshot-id'] !== head
  if (changed) await persistSince(storage, table, head, main)
  const moved = withMetadata(
    table,
    changed ? movedTo(table.metadata, head, run, now) : { refs: without(refs, branchOf(run)) },
    now,
  )
  return { table: stageTag(moved, batchAt, now), changed }
}

function movedTo(metadata: TableMetadata, head: Integer, run: string, now: Date): Partial<TableMetadata> {
  const refs = without(metadata.refs, branchOf(run))
  return {
    refs: { ...refs, main: { ...metadata.refs['main'], 'snapshot-id': head, type: 'branch' } },
    'current-snapshot-id': head,
    'snapshot-log': [
      ...metadata['snapshot-log'],
      { 'snapshot-id': head, 'timestamp-ms': Math.max(now.getTime(), metadata['last-updated-ms'] + 1) },
    ],
  }
}

/** What another process wrote may still be on its way to the disk. */
async function persistSince(storage: Storage, table: Table, head: Integer, main: Snapshot | undefined): Promise<void> {
  const fresh = ancestry(table, head, main?.['snapshot-id'])
  const ids = new Set(fresh.map((snapshot) => snapshot['snapshot-id']))
  for (const snapshot of fresh) await storage.persist(snapshot['manifest-list'])
  const newest = fresh[0]
  if (!newest) return
  for (const manifest of await readManifestList(storage, newest['manifest-list']))
    await storage.persist(manifest.manifest_path)
  for (const { file, snapshotId } of await liveFiles(storage, newest))
    if (ids.has(snapshotId)) await storage.persist(file.file_path)
}

/** A snapshot and those before it, the newest first, down to one that is left out. */
function ancestry({ metadata, name }: Table, head: Integer, end: Integer | undefined): Snapshot[] {
  const byId = new Map(metadata.snapshots.map((snapshot) => [snapshot['snapshot-id'], snapshot]))
  const found: Snapshot[] = []
  for (let at: Integer | undefined = head; at !== undefined && at !== end;) {
    const snapshot = byId.get(at)
    if (!snapshot) throw impossible(`${name} has a branch of which snapshot ${at} is missing`)
    found.push(snapshot)
    at = snapshot['parent-snapshot-id']
  }
  return found
}

/**
 * Ends what runs on branches have left that will not go on. A run that had begun to move mains is carried to its end, for all
 * its tables were complete then; of any other the branches are taken away, and what they alone hold becomes orphans.
 */
export async function settleBranches(
  lake: Lake,
  names: readonly string[],
  at: { now: Date; assertHeld(): void; spared?: string },
): Promise<{ finished: string[]; dropped: string[] }> {
  const tables = await existing(lake, names)
  const batches = tables.find((table) => table.name === BATCHES_TABLE)
  const finished = []
  for (const run of runsOnBranches(tables, at.spared)) {
    const batchAt = batches && headOf(batches, run)?.summary['blotter.batch']
    if (batchAt === undefined || !tables.some((table) => tagsOf(table).has(batchAt))) continue
    await publishBranches(lake, names, { run, batchAt }, at)
    finished.push(run)
  }
  const left = await existing(lake, names)
  const dropped = runsOnBranches(left, at.spared)
  const swaps = []
  for (const table of left) {
    const lighter = dropBranches(table, dropped, at.now)
    if (lighter) swaps.push(await writeMetadata(lake.storage, lighter))
  }
  at.assertHeld()
  await lake.catalog.commit(swaps)
  return { finished, dropped }
}

function headOf(table: Table, run: string): Snapshot | undefined {
  return snapshotOf(table, branchOf(run))
}

/** Runs that have left branches on these tables, one left out. */
export function runsOnBranches(tables: readonly Table[], spared?: string): string[] {
  const found = tables.flatMap(({ metadata }) =>
    Object.entries(metadata.refs).flatMap(([name, { type }]) => (type === 'branch' && BRANCH.exec(name)?.[1]) || []),
  )
  return [...new Set(found)].filter((run) => run !== spared)
}

/** The table without these branches and the snapshots that they alone hold; undefined where it has none of them. */
function dropBranches(table: Table, runs: readonly string[], now: Date): Table | undefined {
  const { metadata } = table
  const gone = runs.map(branchOf).filter((branch) => Object.hasOwn(metadata.refs, branch))
  if (gone.length === 0) return undefined
  const refs = without(metadata.refs, ...gone)
  const kept = new Set(
    Object.values(refs).flatMap((ref) => ancestry(table, ref['snapshot-id'], undefined).map((one) => one['snapshot-id'])),
  )
  const lost = new Set(
    gone.flatMap((branch) =>
      ancestry(table, metadata.refs[branch]!['snapshot-id'], undefined).map((one) => one['snapshot-id']),
    ),
  ).difference(kept)
  const snapshots = metadata.snapshots.filter((snapshot) => !lost.has(snapshot['snapshot-id']))
  return withMetadata(table, { refs, snapshots }, now)
}

function without<Value>(record: Readonly<Record<string, Value>>, ...names: readonly string[]): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

async function load(lake: Lake, name: string): Promise<Table> {
  const entry = await lake.catalog.entry(name)
  if (!entry) throw impossible(`${name} is not in the catalog, though an engine has written it`)
  return loadTable(lake.storage, name, entry.metadataLocation)
}

async function existing(lake: Lake, names: readonly string[]): Promise<Table[]> {
  const entries = await Promise.all(names.map((name) => lake.catalog.entry(name)))
  const found = entries.flatMap((entry) => (entry ? [entry] : []))
  return Promise.all(found.map((entry) => loadTable(lake.storage, entry.table, entry.metadataLocation)))
}
