import type { Lake } from '../catalog/lake.ts'
import type { Engine, Row } from '../engine/engine.ts'
import { BlotterError } from '../errors.ts'
import { type LakeBatch, type LakeView, scanAsOf, viewLake } from '../history/as-of.ts'
import { batchesSql, type BatchFacts, batchFacts, restoresIn } from '../history/batches.ts'
import { type Diff, diffBatches, lifeOf, type ToldChange, batchName, toldIncident } from '../history/diff.ts'
import { BATCHES_TABLE, CHANGES_TABLE } from '../history/ledger.ts'
import type { Scan } from '../lake/plan.ts'
import { filesWithAny } from '../lake/prune.ts'
import { scanSql } from '../lake/read.ts'
import { planScan } from '../lake/plan.ts'
import { snapshotOf } from '../lake/table.ts'
import type { BatchAt } from '../model/batch-at.ts'
import type { Pipeline } from '../model/pipeline.ts'
import { identifier, literal } from '../model/sql-text.ts'
import type { RefFunction } from './functions.ts'
import { differenceBetween } from './difference.ts'
import { keyOf } from './key.ts'
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

export interface IncidentLife {
  id: string
  /** The batch that first saw it: the baseline, where the ledger does not tell of its coming. */
  entered: BatchAt
  /** `by_restore` where a restore, not the source, changed the incident. */
  changes: (Omit<ToldChange, 'id'> & { batch_at: BatchAt; by_restore?: true })[]
  now: Row | null
}

export interface QuarantineWish {
  rule?: string
  at?: string
  limit: number
  /** Default 0. */
  offset?: number
}

export interface QuarantineList {
  total: number
  rules: Record<string, number>
  rows: { batch_at: BatchAt; run: string; rule: string; key: string | null; values: Record<string, string | null> }[]
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
    history: (text) => lifeStory(setup, resolve, text),
    async search(text, at = 'latest') {
      const { view, batch } = await resolve(at)
      const asOf = (table: string) => scanAsOf(storage, view, table, batch.batchAt)
      const scans = { raw: await asOf(pipeline.rawName), ledger: await asOf(CHANGES_TABLE) }
      const incidents = await withEngine((engine) => findIncidents(engine, pipeline.source, scans, text))
      return { batch_at: batch.batchAt, incidents }
    },
    quarantine: (wish) => listQuarantine(setup, resolve, wish),
  }
}

async function lifeStory(setup: ReaderSetup, resolve: Reader['resolve'], text: string): Promise<IncidentLife> {
  const { lake, pipeline } = setup
  const key = knownKey(text, pipeline)
  const { view, batch } = await resolve('latest')
  const part = async (table: string): Promise<string> => {
    const scan = await scanAsOf(lake.storage, view, table, batch.batchAt)
    return scanSql(filesWithAny(scan, pipeline.source.key, [String(key)]))
  }
  const [ledger, raw] = [await part(CHANGES_TABLE), await part(pipeline.rawName)]
  const batches = scanSql(await scanAsOf(lake.storage, view, BATCHES_TABLE, batch.batchAt))
  await using engine = await setup.openEngine()
  const [now] = await engine.rows(`SELECT * FROM (${raw}) WHERE ${identifier(pipeline.source.key)} = ${key}`)
  const life = await lifeOf(engine, pipeline.source, ledger, key)
  if (!now && life.length === 0) throw unknownIncident(text)
  const [first] = await engine.rows(`SELECT min(batch_at) AS at FROM (${batches})`)
  const restores = restoresIn(view.tables.find((table) => table.name === BATCHES_TABLE)!)
  const changes = life.map(({ id: _, ...change }) =>
    restores.has(change.batch_at) ? { ...change, by_restore: true as const } : change,
  )
  const entered = changes[0]?.before === null ? changes[0].batch_at : batchName(first?.['at'])
  return { id: text, entered, changes, now: presentOf(pipeline, now) }
}

/** The incident as it stands, with the batch that brought it. */
function presentOf({ source }: Pipeline, row: Row | undefined): Row | null {
  if (!row) return null
  const { batch_at, ...incident } = row
  return { ...toldIncident(source, incident), batch_at: batchName(batch_at) }
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

async function listQuarantine(
  setup: ReaderSetup,
  resolve: Reader['resolve'],
  wish: QuarantineWish,
): Promise<QuarantineList> {
  const { view, batch } = await resolve(wish.at ?? 'latest')
  const name = `quarantine.${setup.pipeline.rawName.split('.')[1]}`
  const all = scanSql(await scanAsOf(setup.lake.storage, view, name, batch.batchAt))
  const conditions = [
    ...(wish.rule === undefined ? [] : [`rule = ${literal(wish.rule)}`]),
    ...(wish.at === undefined ? [] : [`batch_at = timestamptz ${literal(batch.batchAt)}`]),
  ]
  const select = `SELECT * FROM (${all}) ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''}`
  await using engine = await setup.openEngine()
  const counted = await engine.rows(`SELECT rule, count(*) AS n FROM (${select}) GROUP BY rule ORDER BY n DESC, rule`)
  const rows = await engine.rows(`SELECT * FROM (${select}) ORDER BY batch_at DESC, rule, key
     LIMIT ${wish.limit} OFFSET ${wish.offset ?? 0}`)
  const rules = Object.fromEntries(counted.map((row) => [String(row['rule']), Number(row['n'])]))
  return {
    total: Object.values(rules).reduce((sum, n) => sum + n, 0),
    rules,
    rows: rows.map(({ batch_at, run, rule, key, ...values }) => ({
      batch_at: String(batch_at).replace(' ', 'T').replace(/\+00$/, 'Z'),
      run: String(run),
      rule: String(rule),
      key: key === null || key === undefined ? null : String(key),
      values: values as Record<string, string | null>,
    })),
  }
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

function knownKey(text: string, pipeline: Pipeline): bigint {
  const key = keyOf(text)
  if (key !== undefined) return key
  throw new BlotterError(
    'usage',
    `"${text}" is no ${pipeline.source.key} of an incident: expected a whole number of 64 bits.`,
    {
      todo: `Find it with \`blotter query "select ${pipeline.source.key} from ${pipeline.rawName} where …"\`.`,
      context: { given: text },
    },
  )
}

function unknownIncident(text: string): BlotterError {
  return new BlotterError('incident_missing', `No batch of this lake has seen an incident ${text}.`, {
    todo: 'Check the number; `blotter query` finds incidents by anything else.',
    context: { id: text },
  })
}
