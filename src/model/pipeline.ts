import type { PrimitiveType } from './schema.ts'

/** One column of the source as the pipeline declares it; names are those of the lake. */
export interface SourceColumn {
  name: string
  type: PrimitiveType
  doc: string
  /** Other names under which exports carry it, beside those that differ only in case, spaces and underscores. */
  aliases?: readonly string[]
  /** Text that lost leading zeros gets them back: the whole padded to `width`, or only its leading digits to `digits`. */
  code?: { width: number } | { digits: number }
  /** A pair of coordinates in any export's shape, rewritten as `(latitude, longitude)`. */
  point?: boolean
}

/** A kind of change: any of `columns` differs, or `column` starts (`becomes: true`) or stops (`leaves: true`) being true. */
export type KindRule = { columns: readonly string[] } | { column: string; becomes: true } | { column: string; leaves: true }

/** What a table of incidents is: its key, its cursor, its columns, what must be there. */
export interface SourceDefinition {
  /** The MySQL table when the URL does not name one. */
  table: string
  key: string
  cursor: string
  /** When the incident happened: what "data through" speaks of. */
  occurred: string
  /** Columns without which there is no batch; a source that lacks another one lands it as NULL, with a warning. */
  required: readonly string[]
  /** What sort of incident it is: what changes are told by, and from which to which incidents are reclassified. */
  category?: string
  /** Columns of text that people look incidents up by, beside the key. */
  search?: readonly string[]
  columns: readonly SourceColumn[]
  /** IANA zone of the wall clock that `timestamp` columns hold. Nothing is ever shifted by it. */
  timezone: string
}

/**
 * The raw table: what is warned about and what counts as which change. A warning is a SQL condition over the declared
 * columns and `:now` (the wall clock of the batch in the source's zone) that DuckDB and Spark both understand.
 */
export interface RawDefinition {
  warnings: Readonly<Record<string, string>>
  kinds: Readonly<Record<string, KindRule>>
}

/** Makes synthetic incidents: the same `seed` and `day` always make the same ones, and a later `day` is the same city changed. */
export interface DemoDefinition {
  /** Yields incidents by ascending key, in chunks of columns (same order as the source's columns; `null` where unknown). */
  incidents(options: { rows: number; seed: number; day: number }): Iterable<DemoChunk>
}

/**
 * A few thousand synthetic incidents as columns. Values by type: long as bigint, int and double as number, boolean as
 * boolean, string and timestamp (`YYYY-MM-DD HH:MM:SS`) as string.
 */
export interface DemoChunk {
  rows: number
  columns: readonly (readonly unknown[])[]
}

/** A transform or aggregate: SQL that reads other tables of the pipeline and makes one table. */
export interface SqlTable {
  /** `processed.crimes_without_arrest`: the folder's name without its number, and the file's. */
  name: string
  mode: 'by-key' | 'replace'
  columns: readonly { name: string; type: PrimitiveType; doc?: string }[]
  doc: string
  sql: string
  /** SHA-256 of the file and the reference tables that it reads, in hexadecimal: another one rebuilds the table. */
  hash: string
  /** Tables that the SQL reads, in the order of their first mention. */
  reads: readonly string[]
}

/** A small constant table beside the SQL (`reference/NAME.csv`), read as `reference.NAME`. */
export interface ReferenceTable {
  name: string
  file: string
}

/** A pipeline folder, loaded: what flows. */
export interface Pipeline {
  name: string
  title: string
  folder: string
  source: SourceDefinition
  /** `raw.crimes`. */
  rawName: string
  raw: RawDefinition
  tables: readonly SqlTable[]
  reference: readonly ReferenceTable[]
  demo?: DemoDefinition
}

/** Where bad rows of the raw table are kept: `quarantine.crimes` beside `raw.crimes`. */
export function quarantineName({ rawName }: Pick<Pipeline, 'rawName'>): string {
  return `quarantine.${rawName.split('.')[1]}`
}
