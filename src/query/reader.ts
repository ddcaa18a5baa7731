import type { Lake } from '../catalog/lake.ts'
import type { Engine } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { type LakeBatch, type LakeView, scanAsOf, viewLake } from '../history/as-of.ts'
import { batchesSql, type BatchFacts, batchFacts, restoresIn } from '../history/batches.ts'
import { type Diff, diffBatches } from '../history/diff.ts'
import { BATCHES_TABLE, CHANGES_TABLE } from '../history/ledger.ts'
import { planScan, type Scan } from '../lake/read/plan.ts'
import { scanSql } from '../lake/read/read.ts'
import { snapshotOf } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import { type Pipeline, quarantineName } from '../model/pipeline.ts'
import { differenceBetween } from './difference.ts'
import type { RefFunction } from './functions.ts'
import { incidentLife, type IncidentLife } from './incident-life.ts'
import { listQuarantine, type QuarantineList, type QuarantineWish } from './quarantine-list.ts'
import { resolveReference } from './reference.ts'
import { findIncidents, type FoundIncident } from './search.ts'
import { timeTravelFunctions } from './time-travel.ts'

export interface ReaderSetup {
  lake: Lake
  pipeline: Pipeline
  /** A new engine, disposed of by whoever asked for it. */
  openEngine(): Promise<Engine>
}

/** Answers about a lake's batches; each answer is of one batch, or of the ledger up to one. */
export interface Reader {
  view(): Promise<LakeView>
  /** The batch that a REF names; throws `batch_missing`. */
  resolve(ref: string): Promise<{ view: LakeView; batch: LakeBatch }>
  /** All tables as of a batch, with those of others (not tagged by batches) as they are now, unless Blotter cannot read them. */
  tablesAt(view: LakeView, batchAt: BatchAt): Promise<Scan[]>
  /** The same for a query, each planned when it is read. */
  queryTables(view: LakeView, batchAt: BatchAt): { name: string; sql: () => Promise<string> }[]
  /** What a query of a batch may call to read others. */
  functionsAt(view: LakeView, batchAt: BatchAt): RefFunction[]
  batches(): Promise<BatchFacts[]>
  diff(from: string, to: string, options: { rows: boolean }): Promise<Diff>
  history(key: string): Promise<IncidentLife>
  /** Incidents by their key or a search column, as of a batch. */
  search(text: string, at?: string): Promise<{ batch_at: BatchAt; incidents: FoundIncident[] }>
  quarantine(options: QuarantineWish): Promise<QuarantineList>
}

export function openReader(setup: ReaderSetup): Reader {
  const { lake, pipeline } = setup
  const { storage } = lake
  const withEngine = async <T>(work: (engine: Engine) => Promise<T>): Promise<T> => {
    await using engine = await setup.openEngine()
    return await work(engine)
  }
  const resolve: Reader['resolve'] = async (ref) => {
    const view = await viewLake(lake)
    return { view, batch: resolveReference(ref, view.batches) }
  }
  return {
    view: () => viewLake(lake),
    resolve,
    tablesAt: async (view, batchAt) => {
      const scans = tablesOf(setup, view, batchAt).map(({ name, scan }) =>
        isOurs(pipeline, name) ? scan() : scan().catch(ifUnreadable),
      )
      return (await Promise.all(scans)).filter((scan) => scan !== undefined)
    },
    queryTables: (view, batchAt) =>
      tablesOf(setup, view, batchAt).map(({ name, scan }) => ({ name, sql: async () => scanSql(await scan()) })),
    functionsAt: (view, batchAt) => timeTravelFunctions({ storage, pipeline, view, at: batchAt }),
    batches: () => listBatches(setup),
    async diff(from, to, { rows }) {
      const difference = await differenceBetween(lake, pipeline, from, to)
      return withEngine(async (engine) => {
        const restamped = await difference.restamped(engine)
        return diffBatches({ engine, definition: pipeline.source, raw: pipeline.raw, ...difference, restamped, rows })
      })
    },
    async history(text) {
      const { view, batch } = await resolve('latest')
      return withEngine((engine) => incidentLife(engine, { storage, pipeline, view, batchAt: batch.batchAt }, text))
    },
    async search(text, at = 'latest') {
      const { view, batch } = await resolve(at)
      const asOf = (table: string) => scanAsOf(storage, view, table, batch.batchAt)
      const scans = { raw: await asOf(pipeline.rawName), ledger: await asOf(CHANGES_TABLE) }
      const incidents = await withEngine((engine) => findIncidents(engine, pipeline.source, scans, text))
      return { batch_at: batch.batchAt, incidents }
    },
    async quarantine(wish) {
      const { view, batch } = await resolve(wish.at ?? 'latest')
      const sql = scanSql(await scanAsOf(storage, view, quarantineName(pipeline), batch.batchAt))
      return withEngine((engine) => listQuarantine(engine, { sql, batchAt: batch.batchAt }, wish))
    },
  }
}

async function listBatches({ lake, pipeline, openEngine }: ReaderSetup): Promise<Awaited<ReturnType<Reader['batches']>>> {
  const view = await viewLake(lake)
  const newest = view.batches.at(-1)
  if (!newest) return []
  const ledger = scanSql(await scanAsOf(lake.storage, view, BATCHES_TABLE, newest.batchAt))
  await using engine = await openEngine()
  const kept = new Set(view.batches.map((batch) => batch.batchAt))
  const rows = await engine.rows(batchesSql(ledger))
  const restores = restoresIn(view.tables.find((table) => table.name === BATCHES_TABLE)!)
  return rows
    .map((row) => batchFacts(pipeline.raw, row))
    .flatMap((batch) => {
      const restore = restores.get(batch.batch_at)
      return kept.has(batch.batch_at) ? [{ ...batch, ...(restore ? { restore } : {}) }] : []
    })
}

/** The batch's tables, and those of others, which no batch is tagged in, as they are now. */
function tablesOf(
  { lake: { storage }, pipeline }: ReaderSetup,
  view: LakeView,
  batchAt: BatchAt,
): { name: string; scan(): Promise<Scan> }[] {
  return view.tables.flatMap((table) => {
    const { name } = table
    if (Object.hasOwn(table.metadata.refs, batchAt)) return [{ name, scan: () => scanAsOf(storage, view, name, batchAt) }]
    return isOurs(pipeline, name) ? [] : [{ name, scan: () => planScan(storage, table, snapshotOf(table)) }]
  })
}

/** Other engines' tables may hold what Blotter does not read; that must not keep anybody from Blotter's own. */
function ifUnreadable(error: unknown): undefined {
  if (error instanceof BlotterError && ['unsupported', 'lake_damaged', 'lake_newer'].includes(error.code)) return undefined
  throw error
}

function isOurs(pipeline: Pipeline, table: string): boolean {
  const namespaces = [
    'history',
    'quarantine',
    ...[pipeline.rawName, ...pipeline.tables.map((t) => t.name)].map((name) => name.split('.')[0]!),
  ]
  return namespaces.includes(table.split('.')[0]!)
}
