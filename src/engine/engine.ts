import type { Schema } from '../model/schema.ts'

/**
 * A value as an engine returns it: long as bigint, int and double as number, date, timestamp and timestamptz as text
 * (`2024-03-10`, `2024-03-10 02:30:00[.ffffff]`, `2024-03-10 02:30:00[.ffffff]+00`), lists and structs as arrays and objects.
 */
export type Value = null | boolean | number | bigint | string | Value[] | { [name: string]: Value }
export type Row = Record<string, Value>

/** What is known of a Parquet file that an engine wrote, as `COPY … (RETURN_STATS)` of DuckDB tells it. */
export interface WrittenFile {
  path: string
  rows: number
  sizeBytes: number
  /** By column path, quoted as `"before"."id"`; bounds as text, absent where there is none. */
  columns: Map<string, ColumnStatistics>
}

export interface ColumnStatistics {
  sizeBytes?: number
  values?: number
  nulls?: number
  min?: string
  max?: string
  hasNan?: boolean
}

/** Takes columns of values and makes a Parquet file of them. Either `finish` or `abandon` is called once. */
export interface ChunkWriter {
  /** Values as in `Value`, one array a column, all of the same length; waits while the engine is behind. */
  write(columns: readonly (readonly unknown[])[]): Promise<void>
  finish(): Promise<{ files: string[]; rows: number }>
  abandon(): Promise<void>
}

/** Runs SQL over files. One engine serves one run; its memory is bounded by configuration and it spills into its own folder. */
export interface Engine extends AsyncDisposable {
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Row[]>
  /** Rows in bounded memory, a few thousand at a time, in the order of the query. */
  stream(sql: string): AsyncIterable<Row[]>
  /**
   * Writes the result of `select` as Parquet (zstd, row groups of 122,880 rows, field ids of `schema` where given, which
   * must match the select's columns by name) and returns its statistics. The file appears whole or not at all.
   */
  writeParquet(select: string, path: string, schema?: Schema): Promise<WrittenFile>
  /** A writer of staged Parquet files `FOLDER/NAME-<n>.parquet`; `type` is a SQL type of the engine. */
  chunkWriter(folder: string, name: string, columns: readonly { name: string; type: string }[]): Promise<ChunkWriter>
  /** Stops what runs now; its promise rejects with `interrupted`. */
  interrupt(): void
}
