import type { LineageGraph } from '../../lineage/graph.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { ChangeCounts } from '../../model/change.ts'

export interface RestoreOptions {
  /** The batch to go back to. */
  ref: string
  /** Default: the raw table. */
  table?: string
  /** SQL over the columns of incidents. */
  where?: string
  at?: BatchAt
}

/** What a restore brings back, and what it holds since which batch. */
export interface RestoreReport {
  table: string
  batch: BatchAt
  where: string | null
}

/** `restore --dry-run --json`; `incidents` is null for a derived table. */
export interface RestorePreview {
  dry_run: true
  restore: RestoreReport
  incidents: number | null
  changes: ChangeCounts
  rows: { before: number; after: number }
}

/** `restore --lift --json`. */
export interface LiftReport {
  lifted: (RestoreReport & { since: BatchAt })[]
  held: (RestoreReport & { since: BatchAt })[]
}

/** What `lineage` prints: the graph with `--json`, the flowchart with `--format mermaid`. */
export interface LineageReport {
  graph: LineageGraph
  /** The one table that was asked for. */
  table: string | null
  /** A Mermaid flowchart of the same. */
  mermaid: string
}

/** `compact --json`: tables with nothing to do are left out. */
export interface CompactionReport {
  dry_run: boolean
  tables: {
    name: string
    /** Data files that were rewritten, and how many took their place. */
    rewritten: number
    written: number
    deletes_dropped: number
    size_bytes: number
  }[]
}

/** `expire --json`. */
export interface ExpiryReport {
  dry_run: boolean
  expired: BatchAt[]
  kept: BatchAt[]
  /** Files that went, or would go. */
  files: number
  size_bytes: number
}

/** `relocate --json`. */
export interface RelocationReport {
  /** Where the lake was; left out where every table was in its place. */
  from?: string
  to: string
  tables: string[]
}

/** `backup --json`; names are relative to the folder. */
export interface BackupReport {
  folder: string
  files: { name: string; size_bytes: number }[]
}
