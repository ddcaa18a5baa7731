import type { Engine } from '../engine/engine.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Incidents } from './memory/keyed.ts'

/** What a dashboard asks of the lake; the platform hands it in. */
export interface DashboardLake {
  incidents: Incidents
  /** The zone of the wall clock that times are told in. */
  timezone: string
  /** Names of the pipeline's constant tables, `reference.crime_types`. */
  references: readonly string[]
  /** Another text after each commit, at the cost of one look into the catalog; undefined while there is no lake. */
  stamp(): Promise<string | undefined>
  /** The batch that a REF names. Throws `batch_missing`, `lake_missing`. */
  resolve(ref: string): Promise<BatchAt>
  /** The newest batch before this one. */
  before(batchAt: BatchAt): Promise<BatchAt | undefined>
  /** An engine that has the tables of a batch under their names, and nothing else. */
  open(batchAt: BatchAt): Promise<Engine>
  /**
   * The same, but in place of all incidents the table of incidents has those that changed from one batch to a later one: as
   * they were before, or as they are after.
   */
  openChanged(from: BatchAt, to: BatchAt, side: 'before' | 'after'): Promise<Engine>
  /** An engine that can look at a batch and at everything that the ledger knows of the time before it. */
  openLedger(batchAt: BatchAt): Promise<Ledger>
}

export interface Ledger {
  engine: Engine
  /** The first batch of the lake: nothing is known of what was before it. */
  firstBatch: BatchAt
  /** Statements that let the table of incidents have one or the other. */
  sql: {
    /** All incidents as of the batch. */
    now: string
    /** For each change: the incident as it was before, and the batch that found the change (`batch_at`). */
    seenBefore: string
  }
}
