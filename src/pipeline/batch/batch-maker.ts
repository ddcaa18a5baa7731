import type { Lake } from '../../catalog/lake.ts'
import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import type { Table } from '../../lake/table.ts'
import type { BatchAt } from '../../model/batch-at.ts'
import type { OpenLineageConfig } from '../../model/configuration.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import type { RunReport } from '../../model/report.ts'
import type { RunEvent } from '../../orchestrate/run/event.ts'
import type { Step } from '../../orchestrate/run/step.ts'
import type { Source } from '../../source/source.ts'
import type { State } from '../../state/state.ts'
import type { Guards, RunContext } from './context.ts'
import type { RunAlerts } from './run-alerts.ts'

/** What making batches needs beside a source. */
export interface BatchMaker {
  lake: Lake
  state: State
  pipeline: Pipeline
  guards: Guards
  mapping: Readonly<Record<string, string>>
  codeVersion: string
  openLineage: OpenLineageConfig
  /** How people are told; left out, nobody is. */
  alerts?: RunAlerts
  /** True where something asks the source for changes, and so has to know what it looked like at the newest batch. */
  watchesSource?: boolean
  /** Where relative paths of `file:` sources begin. */
  workingFolder: string
  clock: Clock
  /** What makes batches of sources; default `duckdb`. */
  engine?: 'duckdb' | 'spark'
  /** The steps of a run that Spark makes. */
  sparkSteps?: () => Step<RunContext>[]
  /** Ends what an engine that commits table by table has left half-done, before a run begins; true if there was something. */
  settle?: (tables: readonly Table[], run: { spared?: string; assertHeld(): void }) => Promise<boolean>
  /** A new engine that spills into this folder. */
  openEngine(spillFolder: string): Promise<Engine>
  openSource(url: string): Promise<Source>
}

/** How whoever asked for a batch watches it and stops it. */
export interface BatchWatch {
  signal: AbortSignal
  onStart(run: { run: string; batch_at: BatchAt; goesOn: boolean }): void
  onEvent(event: RunEvent): void
  onRows(step: string, rows: number, expected?: number): void
  onNotice(message: string): void
  /** What the run came to, before the upkeep that may follow it. Not called where nothing was to be carried. */
  onOutcome?(outcome: BatchOutcome): Promise<void>
}

/** A run's report, with what held it or that there was nothing to do. */
export interface BatchOutcome extends RunReport {
  held?: { guard: string; message: string; todo: string }
  already_committed?: boolean
}
