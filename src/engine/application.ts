import type { Pipeline, SourceColumn } from '../model/pipeline.ts'
import type { Schema } from '../model/schema.ts'

/**
 * What an engine needs to know that makes a batch as an application of its own, out of this process, such as Spark: which
 * tables, out of which source. Plain data; whoever composes it knows the lake and the source, the engine does not.
 */
export interface BatchPlan {
  pipeline: Pipeline
  /** Every table of the pipeline, in the order of the way of the data. */
  tables: readonly PlannedTable[]
  /** Which of them are the ledger, the list of batches (written last) and the bad rows. */
  names: { changes: string; batches: string; quarantine: string }
  /** All kinds of change, in the order in which they are told. */
  kinds: readonly string[]
  /** Column of `history.batches` that counts a kind. */
  changesColumn(kind: string): string
  source: SourcePlan
  guards: { vanishedMax: number; keylessMax: number }
  codeVersion: string
}

export interface PlannedTable {
  name: string
  doc: string
  schema: Schema
  /** Partitioned by the day of `batch_at`. */
  byBatch: boolean
  properties: Readonly<Record<string, string>>
}

/** How a table of MySQL is read, in MySQL's SQL. */
export interface SourcePlan {
  /** Without password. */
  url: string
  /** Qualified and quoted. */
  table: string
  /** In declared order. */
  columns: readonly PlannedColumn[]
  /** What is there and not declared, by the name that it has there. */
  extra: readonly { name: string; expression: string }[]
  /** JSON of the columns and their types, for the guards of the next batch. */
  known: string
}

/** How values of the source are staged: dates and times as text. */
export type StagedAs = 'text' | 'long' | 'double'

export interface FoundInSource {
  name: string
  expression: string
  staged: StagedAs
}

export interface PlannedColumn {
  column: SourceColumn
  /** Absent where the source has no such column: it lands as NULL. */
  found?: FoundInSource
}

/** What an application is told beside its plan: one batch of it. */
export interface BatchWork {
  run: string
  batchAt: string
  /** ISO 8601. */
  processedAt: string
  full: boolean
  /** True if a person has let the run pass its guards. */
  released: boolean
  /** Where staged rows lie between phases: a folder of this run's own. */
  folder: string
  /** The phase to begin with, and what those before it have told. */
  from: string
  previous: Readonly<Record<string, unknown>>
}

/** Where the application finds source and lake; credentials go by its environment alone. */
export interface BatchPlaces {
  source: { host: string; port: number; database: string; user: string; tls: string; caFile?: string | undefined }
  sourcePassword: string | undefined
  /** `file:///lake`, `s3://bucket/prefix`. */
  lake: string
  catalog: { kind: 'sqlite'; file: string } | { kind: 'rest'; url: string; token: string | undefined } | { kind: 'glue' }
}

/** A batch that is being made elsewhere. */
export interface Application {
  /** Resolves with what a phase has left once it is done; phases come in their order. Rejects with a BlotterError. */
  phase(name: string, signal: AbortSignal): Promise<unknown>
  /** Ends it, wherever it is: what it has written stands on a branch that nobody reads. */
  end(): Promise<void>
}
