import type { Row } from '../engine/engine.ts'
import type { BatchAt } from '../model/batch-at.ts'

/** A column of a result; `type` is the engine's word for it (`BIGINT`, `VARCHAR`). */
export interface ResultColumn {
  name: string
  type: string
}

/** The result of one read-only statement: its columns at once, its rows as they come. */
export interface QueryResult extends AsyncDisposable {
  readonly columns: readonly ResultColumn[]
  /** The batch whose tables were read. */
  readonly batchAt: BatchAt | undefined
  /** Some thousand rows at a time, in bounded memory. Can be read once. */
  rows(): AsyncIterable<Row[]>
  /** Writes the rows as Parquet to a path inside the `outputFolder` it was opened with, instead of returning them. */
  writeParquet(path: string): Promise<{ rows: number; sizeBytes: number }>
}
