import type { EngineCatalog } from '../catalog/engine-catalog.ts'
import type { Dashboards } from '../dashboard/dashboards.ts'
import type { BatchFacts } from '../history/batches.ts'
import type { LineageGraph } from '../lineage/graph.ts'
import type { Log } from '../log.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Bearer } from '../model/scope.ts'
import type { Console } from '../platform/serving/console.ts'
import type { EventBus } from '../platform/serving/events.ts'
import type { Figures } from '../platform/serving/figures.ts'
import type { CatalogPages } from '../platform/serving/catalog-pages.ts'
import type { RunDesk } from '../platform/serving/run-desk.ts'
import type { changes } from '../platform/serving/changes.ts'
import type { IncidentLife } from '../query/incident-life.ts'
import type { QuarantineList, QuarantineWish } from '../query/quarantine-list.ts'
import type { FoundIncident } from '../query/search.ts'
import type { ListedTable } from '../query/table-list.ts'
import type { PeopleSource } from './login/people.ts'

type ChangeServices = ReturnType<typeof changes>

/** Everything that answers to requests are made of; `platform.ts` provides it, or a test. */
export interface Services {
  /** Who shows this token; undefined for a stranger. */
  bearerOf(token: string): Bearer | undefined
  /** Where people are known from; without it only tokens let in. */
  people?: PeopleSource | undefined
  /** Oldest first; empty where there is no lake yet. */
  batches(): Promise<BatchFacts[]>
  /** The batch that a REF names, and the pipeline's tables as of it. Throws `batch_missing`, `usage`. */
  tables(ref: string): Promise<{ batchAt: BatchAt; tables: ListedTable[] }>
  /** A part of what changed between two batches, and counts of the whole. Throws `batch_missing`, `usage`. */
  changes: ChangeServices['changes']
  /** The same by the hexagons of a dashboard. Throws `dashboard_missing` too, and `usage` where it has none. */
  changedPlaces: ChangeServices['changedPlaces']
  /** What batches did to one incident. Throws `incident_missing`, `usage`. */
  incident(id: string): Promise<IncidentLife>
  /** Incidents by their key or another column that the pipeline lets people look them up by. */
  search(text: string, at: string): Promise<{ batch_at: BatchAt; incidents: FoundIncident[] }>
  /** Rows that broke a rule. */
  quarantined(wish: QuarantineWish): Promise<QuarantineList>
  /** Where tables and columns come from as of a batch; of one table, all that leads to it. */
  lineage(options: { at?: string; table?: string }): Promise<{ graph: LineageGraph }>
  /** Tables as they lie, and what batches found in their rows. Throw `batch_missing`, `table_missing`, `usage`. */
  catalogPages: CatalogPages
  /** Runs as they stand, and what people decide about them. */
  runs: Pick<RunDesk, 'list' | 'show' | 'begin' | 'resume' | 'release' | 'terminate' | 'releaseQuarantine'>
  /** The lake's tables as other engines reach them; an empty lake is made where there is none. */
  engineCatalog(): EngineCatalog
  /** Throws if the lake cannot be read: then nothing else here could be answered. */
  ready(): Promise<void>
  /** How Blotter stands, in numbers. */
  figures(): Promise<Figures>
  /** The pipeline's dashboards; they are opened when first asked for. */
  dashboards(): Dashboards
  /** Queries that people write, and what is kept of them. */
  console: Console
  /** What happens, for pages that are open. */
  events: EventBus
  log: Log
}
