/** How a value lies in staged files. `text` is the value as it was found, to be read and repaired by the check step. */
export type StagedType = 'text' | 'boolean' | 'long' | 'double' | 'date' | 'timestamp'

/** A column as the source has it, under its own name. `declared` is the source's own word for its type. */
export interface FoundColumn {
  name: string
  type: StagedType
  declared: string
}

export interface SourceDescription {
  /** `MariaDB 10.11.19`, `3 CSV files`: for people. */
  what: string
  columns: FoundColumn[]
  /** Column names of the primary key, none if it has none; undefined where a source cannot have one (files). */
  primaryKey?: readonly string[]
  /** A guess for progress; undefined where not even that is known. */
  rowsEstimate?: number
}

/** Staged Parquet files of one shape. */
export interface StagedPart {
  files: string[]
  columns: FoundColumn[]
  rows: number
  /** Every row of this part goes to quarantine by this rule, whatever it holds (`few_fields`). */
  rule?: string
}

/** What an extraction left behind. `counted` is the source's own count in the same snapshot, where it can count. */
export interface Extracted {
  parts: StagedPart[]
  rows: number
  counted?: number
}

/** What a source needs to leave its rows behind; an engine with a folder gives it. SQL is the engine's (DuckDB's). */
export interface Stage {
  readonly folder: string
  rows(sql: string): Promise<Record<string, unknown>[]>
  run(sql: string): Promise<void>
  writeParquet(select: string, path: string): Promise<{ rows: number; path: string }>
  chunkWriter(
    folder: string,
    name: string,
    columns: readonly { name: string; type: string }[],
  ): Promise<{
    write(columns: readonly (readonly unknown[])[]): Promise<void>
    finish(): Promise<{ files: string[]; rows: number }>
    abandon(): Promise<void>
  }>
  /** For rows that come as columns already (see `ColumnSink` of the engine port). Absent: all go by `chunkWriter`. */
  columnSink?(
    folder: string,
    name: string,
    columns: readonly { name: string; type: string }[],
    heapBytes?: number,
  ): Promise<StagedColumnSink>
}

/** A sink of columns as a source needs to know it. */
export interface StagedColumnSink {
  readonly layout: {
    readonly rows: number
    readonly columns: readonly { readonly data: number; readonly valid: number }[]
    readonly heap: number
    readonly heapBytes: number
  }
  take(): { memory: SharedArrayBuffer; begin: number } | Promise<{ memory: SharedArrayBuffer; begin: number }>
  put(rows: number, heapBytes: number, nulls: ArrayLike<number>): void
  finish(): Promise<{ files: string[]; rows: number }>
  abandon(): Promise<void>
}

export interface ExtractOptions {
  stage: Stage
  signal: AbortSignal
  /** Called at most some times a second with the rows read so far. */
  progress(rows: number): void
  /**
   * A folder that outlives this attempt, not its run: what a slow source keeps there need not be read again, and staged
   * files may lie there. It need not exist yet.
   */
  resumeFolder?: string
}

/**
 * One consistent view of a source: every read of it sees the same rows. A view that loses its connection cannot go on;
 * extraction then starts again with a new one.
 */
export interface SourceView extends AsyncDisposable {
  readonly columns: FoundColumn[]
  /** All rows, in key order where the source has an order to offer (a primary key). */
  extract(options: ExtractOptions): Promise<Extracted>
  /**
   * Two columns of all rows, `key` and `cursor` as found, in key order. Absent where a source can only be read whole;
   * `fetch` is there if this is.
   */
  sweep?(options: ExtractOptions & { key: string; cursor: string }): Promise<Extracted>
  /**
   * The rows that have one of these keys, which the sweep has found; they come in ascending order, some thousands at a
   * time, none twice. A source without snapshots throws `source_lost` where one of them is gone.
   */
  fetch?(options: ExtractOptions & { key: string; keys: AsyncIterable<bigint[]> }): Promise<Extracted>
}

/** The table that incidents are read from. Adapters: mysql, file, demo. */
export interface Source {
  /** As it was given, without password: safe to print and to store. */
  readonly url: string
  /** True if a key that is absent has not vanished (daily pulls: `file:…?partial=true`). */
  readonly partial: boolean
  /** True for rows out of the lake itself, whose columns say nothing of a city's table. */
  readonly internal?: boolean
  describe(signal: AbortSignal): Promise<SourceDescription>
  open(signal: AbortSignal): Promise<SourceView>
  /**
   * What the source looks like, told at little cost and without reading its rows: another mark says that there may be
   * something new, the same one that there most likely is not. Absent where it cannot be told.
   */
  mark?(signal: AbortSignal): Promise<string>
}

/** SQL type of a staged column in the engine. */
export const STAGED_SQL_TYPE: Readonly<Record<StagedType, string>> = {
  text: 'VARCHAR',
  boolean: 'BOOLEAN',
  long: 'BIGINT',
  double: 'DOUBLE',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
}
