import type { Lake } from '../catalog/lake.ts'
import { BlotterError } from '../errors.ts'
import { equalSnapshots } from '../lake/read/equal-snapshots.ts'
import { canonicalLocation } from '../lake/location.ts'
import { planScan, type Scan } from '../lake/read/plan.ts'
import type { Storage } from '../lake/storage.ts'
import type { Snapshot } from '../lake/format/metadata.ts'
import { loadTable, snapshotOf, type Table, tagsOf } from '../lake/table.ts'
import { type BatchAt, isBatchAt } from '../model/batch-at.ts'
import type { Schema } from '../model/schema.ts'
import { BATCHES_TABLE } from './ledger.ts'

/** All tables of a lake as the catalog had them at one moment, and the batches that they are tagged with. */
export interface LakeView {
  tables: readonly Table[]
  /** Oldest first. Only what `history.batches` is tagged with is a batch: it is written last. */
  batches: readonly LakeBatch[]
}

export interface LakeBatch {
  batchAt: BatchAt
  /** Ids of the snapshots that its tables have, as text, those that compaction put in their place included. */
  snapshots: readonly string[]
}

/** The version of how Blotter lays out a lake, in the properties of `history.batches`. */
export const LAKE_VERSION = { property: 'blotter.lake-version', value: 1 } as const

/**
 * Loads every table of the catalog. A lake without a batch has none. Throws `lake_moved` if the lake is not where it
 * was made, `lake_newer` for a lake of a later Blotter, and what loading a table throws.
 */
export async function viewLake(lake: Lake): Promise<LakeView> {
  const entries = await lake.catalog.tables()
  // A copy of a lake would be written into the original's folders, and lose its files to the original's upkeep.
  const own = entries.find((entry) => entry.table === BATCHES_TABLE)?.metadataLocation
  if (own !== undefined && !canonicalLocation(own).startsWith(`${canonicalLocation(lake.location)}/`))
    throw moved(own, lake.location)
  const tables = await Promise.all(entries.map((entry) => loadTable(lake.storage, entry.table, entry.metadataLocation)))
  for (const table of tables) refuseNewer(table)
  const tags = tables.map((table) => tagsOf(table))
  const ledger = tables.findIndex((table) => table.name === BATCHES_TABLE)
  const names = ledger < 0 ? [] : [...tags[ledger]!.keys()].filter(isBatchAt).sort()
  const batches = names.map((batchAt) => ({
    batchAt,
    snapshots: tables.flatMap((table, i) => {
      const tagged = tags[i]!.get(batchAt)
      return tagged ? equalSnapshots(table, tagged).map((snapshot) => String(snapshot['snapshot-id'])) : []
    }),
  }))
  return { tables, batches }
}

/** What is to be read of each table as of one batch; a table that did not exist then is left out. */
export async function scansAsOf(storage: Storage, view: LakeView, batchAt: BatchAt): Promise<Scan[]> {
  const known = view.tables.filter((table) => tagsOf(table).has(batchAt))
  return Promise.all(known.map((table) => planScan(storage, table, versionRead(table, batchAt))))
}

/** One table as of one batch. Throws `batch_missing` if it did not exist then. */
export async function scanAsOf(storage: Storage, view: LakeView, name: string, batchAt: BatchAt): Promise<Scan> {
  const table = view.tables.find((candidate) => candidate.name === name)
  if (table && tagsOf(table).has(batchAt)) return planScan(storage, table, versionRead(table, batchAt))
  throw new BlotterError('batch_missing', `${name} did not exist as of the batch ${batchAt}.`, {
    todo: 'Name a later batch; `blotter batches` lists them.',
    context: { table: name, batch_at: batchAt },
  })
}

/** Whether no batch was made between two, expired ones included; of some neighbours it says no, since upkeep came between. */
export function areNeighbours({ tables }: LakeView, from: BatchAt, to: BatchAt): boolean {
  const ledger = tables.find(({ name }) => name === BATCHES_TABLE)
  const [before, after] = [from, to].map((batch) => ledger && snapshotOf(ledger, batch))
  return before !== undefined && after?.['parent-snapshot-id'] === before['snapshot-id']
}

/** A table as of a batch in its present columns, whatever they were then; undefined if it was not there, or is not any more. */
export async function presentColumnsAsOf(
  storage: Storage,
  table: Table,
  batchAt: BatchAt,
  schema: Schema,
): Promise<Scan | undefined> {
  const snapshot = versionRead(table, batchAt)
  return snapshot && planScan(storage, table, snapshot, schema)
}

/** Compaction leaves a batch's tag where it is: its rows are read from the files that were put in their place. */
export function versionRead(table: Table, batchAt: BatchAt): Snapshot | undefined {
  const tagged = snapshotOf(table, batchAt)
  return tagged && equalSnapshots(table, tagged).at(-1)
}

function refuseNewer(table: Table): void {
  const version = Number(table.metadata.properties[LAKE_VERSION.property] ?? LAKE_VERSION.value)
  if (version <= LAKE_VERSION.value) return
  throw new BlotterError(
    'lake_newer',
    `This lake was made by a newer Blotter: its layout is ${version}, this one knows up to ${LAKE_VERSION.value}. Nothing was changed.`,
    {
      todo: 'Use the newer Blotter.',
      context: { expected: LAKE_VERSION.value, found: version },
    },
  )
}

function moved(metadata: string, location: string): BlotterError {
  const message = `The lake at ${location} was moved or copied from elsewhere: its catalog speaks of ${metadata}.`
  return new BlotterError('lake_moved', `${message} Nothing was changed.`, {
    todo: '`blotter relocate` mends it: its metadata holds absolute paths. Or move it back to where it was.',
    context: { location, metadata },
  })
}
