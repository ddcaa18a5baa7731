import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import { viewLake } from '../../history/as-of.ts'
import { compactTable, planTableCompaction, type TableCompaction } from '../../lake/upkeep/compact.ts'
import type { CompactionPolicy } from '../../lake/upkeep/compaction-plan.ts'
import { CONTENT } from '../../lake/format/data-file.ts'
import { type MetadataSwap, writeMetadata } from '../../lake/write/stage.ts'
import { snapshotOf, type Table } from '../../lake/table.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { tableNames } from '../definition/tables.ts'

export interface LakeCompaction {
  lake: Lake
  engine: Engine
  pipeline: Pipeline
  /** Names the new files. */
  label: string
  clock: Clock
  /** Throws `lease_lost` if another process has taken the lake over. */
  assertHeld(): void
}

/** What compaction does, or would do, to a table. */
export interface CompactedTable {
  name: string
  /** Data files that are rewritten, and the files that take their place. */
  rewritten: number
  written: number
  /** Delete files that nothing needs any more. */
  deletes_dropped: number
  /** Size of the files that are rewritten, without their deletes. */
  size_bytes: number
}

/** What a compaction under this policy would do, table by table; tables with nothing to do are left out. */
export async function planLakeCompaction(
  { lake, pipeline }: Pick<LakeCompaction, 'lake' | 'pipeline'>,
  policy: CompactionPolicy,
): Promise<TableCompaction[]> {
  const view = await viewLake(lake)
  const newest = view.batches.at(-1)?.batchAt
  const own = new Set(tableNames(pipeline))
  if (newest === undefined) return []
  const planned = view.tables
    .filter((table) => own.has(table.name))
    .map((table) => planTableCompaction(lake.storage, table, policy, newest))
  return (await Promise.all(planned)).filter((one) => one !== undefined)
}

/**
 * Rewrites what the policy asks for and moves all tables concerned in one catalog transaction; resolves with what was planned.
 * Throws `commit_conflict`.
 */
export async function compactLake(compaction: LakeCompaction, policy: CompactionPolicy): Promise<TableCompaction[]> {
  const { lake, engine, label, clock, pipeline } = compaction
  const planned = await planLakeCompaction(compaction, policy)
  const swaps: MetadataSwap[] = []
  for (const one of planned) {
    compaction.assertHeld()
    const sortBy = sortColumns(pipeline, one.table)
    const staged = await compactTable({ ...one, engine, storage: lake.storage, sortBy, label, now: clock.now() })
    swaps.push(await writeMetadata(lake.storage, staged, label))
  }
  if (swaps.length === 0) return planned
  compaction.assertHeld()
  await lake.catalog.commit(swaps)
  for (const location of swaps.flatMap((swap) => swap.unnamed)) await lake.storage.remove(location).catch(() => {})
  return planned
}

export function compactedTable({ table, plan }: TableCompaction): CompactedTable {
  const rewritten = plan.rewrites.flatMap((rewrite) => rewrite.files.map((one) => one.file))
  return {
    name: table.name,
    rewritten: rewritten.length,
    written: plan.rewrites.reduce((files, { rows, slices }) => files + (rows === 0 ? 0 : slices), 0),
    deletes_dropped: plan.remove.filter((file) => file.content !== CONTENT.data).length,
    size_bytes: rewritten.reduce((sum, file) => sum + file.file_size_in_bytes, 0),
  }
}

/** Records of batches are read by time, incidents by their key. */
function sortColumns(pipeline: Pipeline, table: Table): string[] {
  const has = (name: string): boolean => scanColumns(table).includes(name)
  const record = /^(history|quarantine)\./.test(table.name)
  return [...(record ? ['batch_at', 'rule'] : []), pipeline.source.key].filter(has)
}

function scanColumns(table: Table): string[] {
  const id = snapshotOf(table)?.['schema-id'] ?? table.metadata['current-schema-id']
  return table.metadata.schemas.find((schema) => schema['schema-id'] === id)?.fields.map((field) => field.name) ?? []
}
