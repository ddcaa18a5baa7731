import type { BatchAt } from '../../model/batch-at.ts'
import type { ErrorRecord } from '../../state/error-record.ts'
import type { RefFunction } from '../functions.ts'
import type { ResultColumn } from '../query.ts'
import type { Format } from '../write-result.ts'

/** What one query may take. Beyond it the query is ended, and nothing else is harmed. */
export interface QueryLimits {
  timeMs: number
  /** Of the engine; the whole process may take this and `BASE_BYTES`. */
  memoryBytes: number
  threads: number
  /** Rows of a result: a console's is cut there, a file of more is not made. */
  rows: number
  /** Of a result as text, or of its file. */
  resultBytes: number
  /** What the engine may put on the disk while it works. */
  spillBytes: number
}

/** What Node.js and the engine’s code take themselves, with what of their buffers the engine does not count. */
export const BASE_BYTES = 384 << 20

/** How a result is given: its rows as lines of JSON arrays, as its canonical form, or as a file. */
export type ResultForm = 'rows' | 'canonical' | Exclude<Format, 'table'>

/** What the process of a query is told at first. Scans are planned by who has the catalog, when they are asked for. */
export interface QueryOrder {
  type: 'query'
  sql: string
  batchAt: BatchAt
  tables: readonly string[]
  functions: readonly Omit<RefFunction, 'select'>[]
  form: ResultForm
  limits: QueryLimits
  /** An empty folder of the query’s own, for what it spills and for the file of its result. */
  folder: string
}

/** What a statement reads: a table of the batch, or a call of a function with REFs. */
export type Wish = { table: string } | { function: string; refs: readonly string[] }

/** The SQL that reads it, and the files that this opens. */
export interface Scanned {
  sql: string
  files: readonly string[]
}

export type ToChild = QueryOrder | { type: 'scan'; number: number; answer: Scanned | { error: ErrorRecord } }

export type FromChild =
  | { type: 'ready' }
  | { type: 'wish'; number: number; wish: Wish }
  | { type: 'columns'; columns: readonly ResultColumn[] }
  | { type: 'done'; rows: number; isTruncated: boolean }
  | { type: 'failed'; error: ErrorRecord }

/** Name of the file of a result in the folder of its query. */
export const RESULT_FILE = 'result'
