import type { EngineCatalog } from '../catalog/engine-catalog.ts'
import type { BatchFacts } from '../history/batches.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Bearer } from '../model/scope.ts'
import type { Figures } from '../platform/figures.ts'
import type { ListedTable } from '../query/table-list.ts'

/** Everything that answers to requests are made of; `platform.ts` provides it, or a test. */
export interface Services {
  /** Who shows this token; undefined for a stranger. */
  bearerOf(token: string): Bearer | undefined
  /** Oldest first; empty where there is no lake yet. */
  batches(): Promise<BatchFacts[]>
  /** The batch that a REF names, and the pipeline's tables as of it. Throws `batch_missing`, `usage`. */
  tables(ref: string): Promise<{ batchAt: BatchAt; tables: ListedTable[] }>
  /** The lake's tables as other engines reach them; an empty lake is made where there is none. */
  engineCatalog(): EngineCatalog
  /** Throws if the lake cannot be read: then nothing else here could be answered. */
  ready(): Promise<void>
  /** How Blotter stands, in numbers. */
  figures(): Promise<Figures>
  log: Log
}
