import type { Schema } from '../model/schema.ts'

/**
 * A value as an engine returns it: long as bigint, int and double as number, date, timestamp and timestamptz as text
 * (`2024-03-10`, `2024-03-10 02:30:00[.ffffff]`, `2024-03-10 02:30:00[.ffffff]+00`), lists and structs as arrays and objects.
 */
export type Value = null | boolean | number | bigint | string | Value[] | { [name: string]: Value }
export type Row = Record<string, Value>

/** What is known of a Parquet file that an engine wrote, as `COPY … (RETURN_STATS)` of DuckDB tells it: plain data. */
export interface WrittenFile {
  path: string
  rows: number
  sizeBytes: number
  /** By column path, quoted as `"before"."id"`; bounds as text, absent where there is none. */
  columns: Record<string, ColumnStatistics>
}

export interface ColumnStatistics {
  sizeBytes?: number
  values?: number
  nulls?: number
  min?: string
  max?: string
  hasNan?: boolean
}

/** Takes columns of values and makes Parquet files of them, by a column sink. Either `finish` or `abandon` is called once. */
export interface ChunkWriter {
  /** Values as in `Value`, one array a column, all of the same length; waits while the engine is behind. */
  write(columns: readonly (readonly unknown[])[]): Promise<void>
  finish(): Promise<{ files: string[]; rows: number }>
  abandon(): Promise<void>
}

/**
 * Where the values of a block lie, in bytes from its begin. Values stand as DuckDB has them in a vector: little-endian, whole
 * numbers and times (microseconds since 1970) in eight bytes, dates (days since 1970) in four, booleans in one. A text takes
 * sixteen: its length in bytes as a 32-bit number, then up to twelve bytes of it, filled up with zeros; of a longer text its
 * first four bytes, and at +8 where in the heap it lies. Texts are valid UTF-8: nobody looks again.
 */
export interface BlockLayout {
  /** Rows that a block takes at most. */
  readonly rows: number
  /** By column: `data`, and `valid`, where bit n of the bytes (the lowest first) says that row n has a value. */
  readonly columns: readonly { readonly data: number; readonly valid: number }[]
  readonly heap: number
  /** How long all long texts of a block may be together, with whatever lies between them. */
  readonly heapBytes: number
}

/** Rows on their way into the engine, column by column. */
export interface ColumnBlock {
  readonly memory: SharedArrayBuffer
  /** Where in `memory` the block begins: a multiple of 64. What an earlier use of the block has left is still there. */
  readonly begin: number
}

/**
 * Takes rows as columns that are laid out already and makes a Parquet file of them, in their order, on a thread of its own
 * where they are many: what `ChunkWriter` stands on. Either `finish` or `abandon` is called once, also after a failure.
 */
export interface ColumnSink {
  readonly layout: BlockLayout
  /** The next empty block; a promise while the engine has not emptied any. Rejects with what has failed in the engine. */
  take(): ColumnBlock | Promise<ColumnBlock>
  /** Hands over the block taken last: its rows, its bytes of heap, and how many values of each column are NULL. */
  put(rows: number, heapBytes: number, nulls: ArrayLike<number>): void
  finish(): Promise<{ files: string[]; rows: number; written: WrittenFile }>
  abandon(): Promise<void>
}

/** How a sink's file is to look where it is not as its blocks are: SQL of its columns over theirs, and their field ids. */
export interface SinkShape {
  select: string
  schema: Schema
}

/** Runs SQL over files. One engine serves one run; its memory is bounded by configuration and it spills into its own folder. */
export interface Engine extends AsyncDisposable {
  run(sql: string): Promise<void>
  rows(sql: string): Promise<Row[]>
  /** Rows in bounded memory, a few thousand at a time, in the order of the query. */
  stream(sql: string): AsyncIterable<Row[]>
  /**
   * The same for columns that are all UINTEGER and without NULL: some thousand values of each at a time, as they lie in the
   * engine. They are valid until the next are asked for.
   */
  numbers(sql: string): AsyncIterable<readonly Uint32Array[]>
  /**
   * Writes the result of `select` as Parquet (zstd, row groups of 122,880 rows, field ids of `schema` where given, which
   * must match the select's columns by name) and returns its statistics. The file appears whole or not at all. Rows that are
   * too wide for the engine's memory are selected once more, for row groups of 4,096 rows.
   */
  writeParquet(select: string, path: string, schema?: Schema): Promise<WrittenFile>
  /** A writer of staged Parquet files `FOLDER/NAME-<n>.parquet`, one if no row is longer than a block; types as in `columnSink`. */
  chunkWriter(folder: string, name: string, columns: readonly { name: string; type: string }[]): Promise<ChunkWriter>
  /**
   * A sink into one staged Parquet file `FOLDER/NAME.parquet`; `type` is BOOLEAN, BIGINT, DOUBLE, DATE, TIMESTAMP or VARCHAR.
   * `heapBytes` (1 MiB) is what the long texts of a block may take. Memory: at most 64 blocks and 128 MiB (but two blocks),
   * as far as they are filled, beside an engine that is bounded as this one is.
   */
  columnSink(
    folder: string,
    name: string,
    columns: readonly { name: string; type: string }[],
    heapBytes?: number,
    shape?: SinkShape,
  ): Promise<ColumnSink>
  /** Stops what runs now; its promise rejects with `interrupted`. */
  interrupt(): void
}
