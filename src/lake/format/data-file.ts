import type { Integer } from './exact-json.ts'
import type { Partition } from './partition.ts'

/** What a file of a table holds, by the specification's numbers. */
export const CONTENT = { data: 0, positionDeletes: 1, equalityDeletes: 2 } as const

/** A value by column id, as Avro holds it. */
export type ByColumn<T> = { key: number; value: T }[]

/** A data or delete file as manifests describe it (Iceberg specification v2, `data_file`), under its names. */
export interface DataFile {
  /** Not in the record itself: the spec of the manifest that holds it. */
  spec_id: number
  content: number
  file_path: string
  file_format: string
  partition: Partition
  record_count: number
  file_size_in_bytes: number
  column_sizes?: ByColumn<number> | null
  value_counts?: ByColumn<number> | null
  null_value_counts?: ByColumn<number> | null
  nan_value_counts?: ByColumn<number> | null
  lower_bounds?: ByColumn<Buffer> | null
  upper_bounds?: ByColumn<Buffer> | null
  key_metadata?: Buffer | null
  split_offsets?: number[] | null
  equality_ids?: number[] | null
  sort_order_id?: number | null
  referenced_data_file?: string | null
}

/** A file that a snapshot holds, with what decides which deletes apply to it. */
export interface LiveFile {
  file: DataFile
  /** The snapshot that added the file. */
  snapshotId: Integer
  sequenceNumber: number
  fileSequenceNumber: number
}

/** Reserved field ids of position delete files. */
export const DELETE_PATH_ID = 2_147_483_546
export const DELETE_POS_ID = 2_147_483_545

/**
 * The one data file whose rows a position delete file hides, or undefined when it may speak of several. Equal bounds of
 * `file_path` mean one path only if they are the whole path: a bound that was cut is no statement about any file.
 */
export function deleteTarget(file: DataFile): string | undefined {
  if (file.referenced_data_file) return file.referenced_data_file
  const lower = file.lower_bounds?.find((bound) => bound.key === DELETE_PATH_ID)?.value
  const upper = file.upper_bounds?.find((bound) => bound.key === DELETE_PATH_ID)?.value
  if (!lower || !upper || !lower.equals(upper)) return undefined
  const path = lower.toString()
  return path.endsWith('.parquet') ? path : undefined
}
