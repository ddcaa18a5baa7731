import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Restore } from '../../history/restore.ts'
import type { LineageEvent } from '../../lineage/event.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import type { RunDetails } from '../../orchestrate/run/runs.ts'
import type { Source } from '../../source/source.ts'

/** The limits beyond which a run is held until a person decides, as parts of 1. */
export interface Guards {
  vanishedMax: number
  keylessMax: number
}

/** What runs that came to nothing may have left behind. */
export interface Leftovers {
  /** True if a step of this run was tried more than once: each try may have written files. */
  retried: boolean
  /** Runs whose work folders are still there and that nobody goes on with. */
  dead: readonly string[]
  /** Runs that wait for a decision: their files stay. */
  held: readonly string[]
}

/** Everything that the steps of one run work with; no step looks for anything elsewhere. */
export interface RunContext {
  lake: Lake
  engine: Engine
  source: Source
  pipeline: Pipeline
  run: string
  batchAt: BatchAt
  /** When the run began, the first time if it was interrupted: `processed_at` of what it derives. */
  startedAt: Date
  full: boolean
  /** Present for a run that brings back what the lake held, instead of reading a source. */
  restore?: Restore
  /** True if a person has let this run pass its guards. */
  released: boolean
  guards: Guards
  /** Found column name → declared column name (`columns:` in the configuration). */
  mapping: Readonly<Record<string, string>>
  codeVersion: string
  /** Work files of this run: gone when it has ended. */
  folder: string
  clock: Clock
  /** Of OpenLineage's jobs; and the folder in which relative paths of `file:` sources begin. */
  openLineage: { namespace: string }
  workingFolder: string
  /** What is on record of this run so far. */
  record(): RunDetails
  /** Keeps lineage events to be posted when the run has ended. */
  enqueue(events: readonly LineageEvent[]): void
  /** What runs that came to nothing have left. Ask once this one has committed. */
  leftovers(): Promise<Leftovers>
  /** Throws `lease_lost` if another process has taken the lake over. */
  assertHeld(): void
  /** Tells of rows done so far in a step. */
  progress(step: string, rows: number, expected?: number): void
  notice(message: string): void
}
