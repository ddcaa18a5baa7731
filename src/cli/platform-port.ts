import type { BlotterError } from '../errors.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { ChangeCounts } from '../model/change.ts'
import type { BatchKind, RowCounts, RunReport, RunState, StepReport, StepState } from '../model/report.ts'
import type { Serving } from '../platform/serving/serving.ts'
import type { DagDefinition } from '../model/dag.ts'
import type { RenderedFolder, RenderOptions } from '../platform/spark/spark.ts'
import type { QueryResult } from '../query/query.ts'
import type { CitingPort } from './port/citing.ts'
import type { SecretsPort } from './port/secrets.ts'
import type { TokensPort } from './port/tokens.ts'
import type { UsersPort } from './port/users.ts'
import type {
  RestoreOptions,
  RestoreReport,
  RestorePreview,
  LiftReport,
  LineageReport,
  CompactionReport,
  ExpiryReport,
  RelocationReport,
  BackupReport,
} from './port/keeping.ts'

export type {
  RestoreOptions,
  RestoreReport,
  RestorePreview,
  LiftReport,
  LineageReport,
  CompactionReport,
  ExpiryReport,
  RelocationReport,
  BackupReport,
} from './port/keeping.ts'

/**
 * What the command line wants of Blotter: one function a verb. `platform.ts` provides it without importing this file
 * (it ranks below); that both fit is checked where `main.ts` opens it. Every function throws BlotterError.
 * Whatever is returned is printed by `--json` as it is, so its names are those of DESIGN section 6.
 */
export interface Platform extends AsyncDisposable, CitingPort, SecretsPort, TokensPort, UsersPort {
  /** Makes a batch now, or goes on with an interrupted run. */
  run(options: RunOptions, watch: Watch): Promise<RunOutcome>
  /** The pipeline, its triggers and its limits, as a DAG of Airflow is written from them. */
  airflowDag(options: { secret: string }): Promise<DagDefinition>
  /** Puts incidents into a MySQL source; creates the table where it is missing. */
  load(options: LoadOptions, watch: Watch): Promise<LoadReport>
  /** Writes the pipeline as Spark SQL, with what runs it. */
  sparkRender(options: RenderOptions): Promise<RenderedFolder>
  /** Committed batches, oldest first; empty where there is no lake yet. */
  batches(): Promise<BatchSummary[]>
  /** Tables of a batch (default: the newest), in the order of the pipeline. */
  tables(ref?: string): Promise<TableSummary[]>
  /** One read-only statement over the tables of a batch. The caller disposes of the result. */
  query(sql: string, options: QueryOptions): Promise<QueryResult>
  /** Runs, newest first. */
  runs(): Promise<RunSummary[]>
  /** One run with its steps; the newest if no run is named. Throws `run_missing`. */
  runShow(run?: string): Promise<RunDetail>
  /** Carries an interrupted or failed run to its end; the newest such run if none is named. */
  runResume(run: string | undefined, watch: Watch): Promise<RunOutcome>
  /** Ends an interrupted or held run for good: nothing of it is committed. */
  runTerminate(run?: string): Promise<RunSummary>
  /** Carries a held run to its end in spite of its guard; the one held if none is named. */
  runRelease(run: string | undefined, watch: Watch): Promise<RunOutcome>
  quarantine(options: QuarantineOptions): Promise<QuarantineReport>
  /** Checks quarantined rows again and lands those that pass now, as a batch of its own. */
  quarantineRelease(watch: Watch): Promise<RunOutcome>
  diff(from: string, to: string, options: { rows: boolean }): Promise<DiffReport>
  history(key: string): Promise<IncidentHistory>
  /** Writes a dashboard at one batch into a folder, for a file server. */
  exportDashboard(
    dashboard: string | undefined,
    options: { at: string; output: string; suppressBelow: number },
  ): Promise<{ dashboard: string; batch_at: string; folder: string; files: number }>
  /** Where the tables of a batch come from; of one table with its columns, down to the source. */
  lineage(options: { table?: string; at?: string }): Promise<LineageReport>
  /** The OpenLineage events of a batch, in their order. Throws `batch_missing` where none were written. */
  lineageEvents(ref?: string): Promise<unknown[]>
  /** Makes a batch that brings back what another one held, and holds it. */
  restore(options: RestoreOptions, watch: Watch): Promise<RunOutcome>
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

export type { RenderedFolder } from '../platform/spark/spark.ts'

/** What the command line wants of alerts; opened without the platform. */
export interface Alerts extends Disposable {
  /** What was told or waits, the newest first. */
  list(): Promise<AlertFacts[]>
  /** Sends what waits now. */
  send(signal: AbortSignal): Promise<{ sent: number; failed: { channel: string; event: string; error: BlotterError }[] }>
  /** Watches deadlines and sends alerts; `taken` if another process does. */
  watch(options: { stay: boolean; signal: AbortSignal }): Promise<'done' | 'taken'>
}

/** An element of `alerts list --json`: one alert by one channel. */
export interface AlertFacts {
  event: string
  subject: string
  run: string | null
  raised_at: string
  channel: string
  state: 'waiting' | 'sent' | 'given_up'
  attempts: number
  next_at: string
  /** Why it was not sent, or not to all. */
  problem: string | null
  ended_at: string | null
}

/** How a long piece of work is watched and stopped. */
export interface Watch {
  /** Aborted by Ctrl-C and SIGTERM; the work then rejects with `interrupted`. */
  signal: AbortSignal
  /** Called at most some times a second with progress; may be slow, is never awaited. */
  onEvent(event: WorkEvent): void
}

/** What happens while a run or a load works. */
export type WorkEvent =
  /** Once at the start. `goesOn` is true for an interrupted run that continues under its own batch. */
  | { type: 'run'; run: string; batch_at: BatchAt; goesOn: boolean }
  /** At each change of a step's state; `message` says why for a failed attempt, or what was found. */
  | { type: 'step'; step: string; state: StepState; attempt: number; seconds?: number; message?: string }
  /** Rows done so far in a step that runs; `expected` where it can be guessed. */
  | { type: 'rows'; step: string; rows: number; expected?: number }
  /** Something that a person should know and that stops nothing (a missing column, extra columns). */
  | { type: 'notice'; message: string }

/** The source, lake, engine and pipeline are the configuration's: flags are in there already. */
export interface RunOptions {
  full: boolean
  at?: BatchAt
}

/** `run --json`; with what the guard saw where the run is held. */
export interface RunOutcome extends RunReport {
  /** Present if `state` is `held`: the guard's name, what it saw, what can be done. */
  held?: { guard: string; message: string; todo: string }
  /** True where `--at` named a batch that was committed already. */
  already_committed?: boolean
}

export interface LoadOptions {
  /** Source URL of any adapter. */
  from: string
  /** `mysql://…`; its password comes from the configuration (`source.password`). */
  into: string
  /** At most so many rows; for the demo source, how many there are. */
  rows?: number
}

/** `load --json`. read = inserted + updated + unchanged + refused. */
export interface LoadReport {
  /** Without password. */
  into: string
  table: string
  created: boolean
  rows: { read: number; inserted: number; updated: number; unchanged: number; refused: number }
  seconds: number
}

/** An element of `batches --json`. */
export interface BatchSummary {
  batch_at: BatchAt
  run: string
  kind: BatchKind
  rows: RowCounts
  changes: ChangeCounts
  /** What a batch of kind `restore` brought back. */
  restore?: RestoreReport
}

/** An element of `tables --json`. */
export interface TableSummary {
  name: string
  doc: string
  rows: number
  snapshot_id: string
  /** The batch that made this snapshot: older than the one asked for where that one changed nothing. */
  batch_at: BatchAt
  files: number
  size_bytes: number
  columns: { name: string; type: string; doc?: string }[]
  /** What restores hold of this table now; absent where none does. */
  holds?: { batch: BatchAt; where: string | null; since: BatchAt }[]
}

export interface QueryOptions {
  /** A REF; default `latest`. */
  at?: string
  /** An empty folder in which the result may be written as Parquet. */
  outputFolder?: string
  signal: AbortSignal
}

/** An element of `runs list --json`. */
export interface RunSummary {
  run: string
  batch_at: BatchAt
  kind: BatchKind | null
  state: RunState
  started_at: string
  finished_at: string | null
  seconds: number | null
  /** Without password. */
  source: string
}

/** `runs show --json`. */
export interface RunDetail extends RunSummary {
  steps: (StepReport & { started_at: string | null; finished_at: string | null; error?: ErrorReport })[]
  error?: ErrorReport
  held?: RunOutcome['held']
  /** What `run --json` printed, once the run has got so far. */
  report?: RunReport
}

export interface ErrorReport {
  code: string
  message: string
  todo: string
}

export interface QuarantineOptions {
  /** Only rows of this rule. */
  rule?: string
  /** Only rows of this batch (a REF). */
  at?: string
  /** Rows returned at most. */
  limit: number
}

/** `quarantine list --json`: how many by rule, and the newest rows up to the limit. */
export interface QuarantineReport {
  total: number
  rules: Record<string, number>
  rows: { batch_at: BatchAt; run: string; rule: string; key: string | null; values: Record<string, string | null> }[]
}

/** `diff --json`. */
export interface DiffReport {
  from: BatchAt
  to: BatchAt
  incidents: number
  counts: ChangeCounts
  changes?: Change[]
}

export interface Change {
  /** As text: 63-bit ids do not fit a JavaScript number. */
  id: number | string
  kinds: string[]
  columns: string[]
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/** `history ID --json`: every batch that changed the incident, oldest first, and how it stands now (null: vanished). */
export interface IncidentHistory {
  id: number | string
  /** The batch that first saw it: the baseline, where the ledger does not tell of its coming. */
  entered: BatchAt
  changes: (Omit<Change, 'id'> & { batch_at: BatchAt; by_restore?: true })[]
  now: Record<string, unknown> | null
}

/** An element of `doctor --json`. `fix` says what to do about anything but `ok`. */
export interface Check {
  name: string
  state: 'ok' | 'warn' | 'fail' | 'skipped'
  message: string
  fix?: string
}
