import type { BlotterError } from '../errors.ts'
import type { BatchFacts } from '../history/batches.ts'
import type { Diff } from '../history/diff.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { DagDefinition } from '../model/dag.ts'
import type { BackupReport } from '../pipeline/upkeep/backup.ts'
import type { CompactionReport } from '../pipeline/upkeep/compact-by-hand.ts'
import type { Check } from '../pipeline/upkeep/doctor.ts'
import type { ExpiryReport } from '../pipeline/upkeep/expire.ts'
import type { LiftReport } from '../pipeline/restore/lift-holds.ts'
import type { BatchOutcome } from '../pipeline/batch/batch-maker.ts'
import type { RelocationReport } from '../pipeline/upkeep/relocate.ts'
import type { RestorePreview } from '../pipeline/restore/restore-batch.ts'
import type { BundleReport } from '../platform/reading/bundling.ts'
import type { LineageReport } from '../platform/reading/lineage.ts'
import type { LoadReport } from '../platform/running/loading.ts'
import type { RestoreOptions } from '../platform/running/restoring.ts'
import type { RunDetail, RunSummary } from '../platform/running/run-summary.ts'
import type { Watch } from '../platform/running/watch.ts'
import type { Serving } from '../platform/serving/serving.ts'
import type { RenderedFolder, RenderOptions } from '../platform/spark/spark.ts'
import type { QueryResult } from '../query/query.ts'
import type { IncidentLife } from '../query/incident-life.ts'
import type { QuarantineList, QuarantineWish } from '../query/quarantine-list.ts'
import type { ListedTable } from '../query/table-list.ts'
import type { DeliveryRow } from '../state/alert-rows.ts'
import type { CitingPort } from './port/citing.ts'
import type { SecretsPort } from './port/secrets.ts'
import type { TokensPort } from './port/tokens.ts'
import type { UsersPort } from './port/users.ts'

/**
 * What the command line wants of Blotter: one function a verb. `platform.ts` provides it without importing this file
 * (it ranks below); that both fit is checked where `main.ts` opens it. Every function throws BlotterError.
 * Whatever is returned is printed by `--json` as it is: its names are promised to programs.
 */
export interface Platform extends AsyncDisposable, CitingPort, SecretsPort, TokensPort, UsersPort {
  /** Makes a batch now, or goes on with an interrupted run. */
  run(options: RunOptions, watch: Watch): Promise<BatchOutcome>
  /** The pipeline, its triggers and its limits, as a DAG of Airflow is written from them. */
  airflowDag(options: { secret: string }): Promise<DagDefinition>
  /** Puts incidents into a MySQL source; creates the table where it is missing. */
  load(options: LoadOptions, watch: Watch): Promise<LoadReport>
  /** Writes the pipeline as Spark SQL, with what runs it. */
  sparkRender(options: RenderOptions): Promise<RenderedFolder>
  /** Committed batches, oldest first; empty where there is no lake yet. */
  batches(): Promise<BatchFacts[]>
  /** Tables of a batch (default: the newest), in the order of the pipeline. */
  tables(ref?: string): Promise<ListedTable[]>
  /** One read-only statement over the tables of a batch. The caller disposes of the result. */
  query(sql: string, options: QueryOptions): Promise<QueryResult>
  /** Runs, newest first. */
  runs(): Promise<RunSummary[]>
  /** One run with its steps; the newest if no run is named. Throws `run_missing`. */
  runShow(run?: string): Promise<RunDetail>
  /** Carries an interrupted or failed run to its end; the newest such run if none is named. */
  runResume(run: string | undefined, watch: Watch): Promise<BatchOutcome>
  /** Ends an interrupted or held run for good: nothing of it is committed. */
  runTerminate(run?: string): Promise<RunSummary>
  /** Carries a held run to its end in spite of its guard; the one held if none is named. */
  runRelease(run: string | undefined, watch: Watch): Promise<BatchOutcome>
  quarantine(options: QuarantineWish): Promise<QuarantineList>
  /** Checks quarantined rows again and lands those that pass now, as a batch of its own. */
  quarantineRelease(watch: Watch): Promise<BatchOutcome>
  diff(from: string, to: string, options: { rows: boolean }): Promise<Diff>
  history(key: string): Promise<IncidentLife>
  /** Writes a dashboard at one batch into a folder, for a file server. */
  exportDashboard(
    dashboard: string | undefined,
    options: { at: string; output: string; suppressBelow: number },
  ): Promise<BundleReport>
  /** Where the tables of a batch come from; of one table with its columns, down to the source. */
  lineage(options: { table?: string; at?: string }): Promise<LineageReport>
  /** The OpenLineage events of a batch, in their order. Throws `batch_missing` where none were written. */
  lineageEvents(ref?: string): Promise<unknown[]>
  /** Makes a batch that brings back what another one held, and holds it. */
  restore(options: RestoreOptions, watch: Watch): Promise<BatchOutcome>
  /** What that would do; nothing is changed. */
  restorePreview(options: RestoreOptions): Promise<RestorePreview>
  /** Lets restores hold no longer: all, or those of a batch or a table. */
  restoreLift(options: { ref?: string; table?: string }, watch: Watch): Promise<LiftReport>
  /** Rewrites small files and files with many hidden rows; `dryRun` only says which. */
  compact(options: { dryRun: boolean }, watch: Watch): Promise<CompactionReport>
  /** Lets batches go, by the configuration's retention where `batches` and `days` are left out; `dryRun` only says which. */
  expire(options: { dryRun: boolean; batches?: number; days?: number }, watch: Watch): Promise<ExpiryReport>
  /** Mends a lake whose folder was moved or copied. */
  relocate(watch: Watch): Promise<RelocationReport>
  /** Copies what the lake cannot be had again without into a new folder (absolute). */
  backup(into: string): Promise<BackupReport>
  /** What a server's answers are made of. */
  serving(): Serving
  /** Begins runs by the schedule and by changes of the source, renews secrets, watches deadlines: until the signal. */
  workBeside(signal: AbortSignal): Promise<void>
  /** Checks of lake, state and source; the machine's own are the command line's. Never throws for what it finds. */
  doctor(options: { rebuild: boolean; sendTestMail?: boolean }): Promise<Check[]>
}

/** The source, lake, engine and pipeline are the configuration's: flags are in there already. */
export interface RunOptions {
  full: boolean
  at?: BatchAt
}

export interface LoadOptions {
  /** Source URL of any adapter. */
  from: string
  /** `mysql://…`; its password comes from the configuration (`source.password`). */
  into: string
  /** At most so many rows; for the demo source, how many there are. */
  rows?: number
}

export interface QueryOptions {
  /** A REF; default `latest`. */
  at?: string
  /** An empty folder in which the result may be written as Parquet. */
  outputFolder?: string
  signal: AbortSignal
}

/** What the command line wants of alerts; opened without the platform. */
export interface Alerts extends Disposable {
  /** What was told or waits, the newest first. */
  list(): Promise<DeliveryRow[]>
  /** Sends what waits now. */
  send(signal: AbortSignal): Promise<{ sent: number; failed: { channel: string; event: string; error: BlotterError }[] }>
  /** Watches deadlines and sends alerts; `taken` if another process does. */
  watch(options: { stay: boolean; signal: AbortSignal }): Promise<'done' | 'taken'>
}
