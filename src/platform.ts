import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Catalog } from './catalog/catalog.ts'
import { openSqliteCatalog } from './catalog/sqlite/catalog.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './model/configuration.ts'
import { openDuckDb } from './engine/duckdb/engine.ts'
import type { Engine } from './engine/engine.ts'
import { BlotterError } from './errors.ts'
import { realPathOf } from './lake/local/real-path.ts'
import { localStorage } from './lake/local/storage.ts'
import type { Log } from './log.ts'
import { type BatchAt, batchAtOf } from './model/batch-at.ts'
import type { Pipeline } from './model/pipeline.ts'
import { terminateRun } from './orchestrate/recover.ts'
import { listRuns, showRun } from './orchestrate/runs.ts'
import { backUp } from './pipeline/backup.ts'
import { compactByHand } from './pipeline/compact-by-hand.ts'
import { type Check, examine } from './pipeline/doctor.ts'
import { expireBatches } from './pipeline/expire.ts'
import { loadIncidents, loadFolder } from './pipeline/load-incidents.ts'
import { loadPipeline } from './pipeline/load.ts'
import { type BatchMaker, makeBatch, releaseBatch, resumeBatch } from './pipeline/make-batch.ts'
import { relocateLake } from './pipeline/relocate.ts'
import { tableSpecs } from './pipeline/tables.ts'
import { bindColumns } from './quality/columns.ts'
import { openQuery } from './query/query.ts'
import { lineage, tellOfTerminated } from './platform/lineage.ts'
import { restoring } from './platform/restoring.ts'
import { tokens } from './platform/tokens.ts'
import { batchWatch, detailOf, summaryOf, type Watch } from './platform/told.ts'
import { openReader, type QuarantineWish, type Reader } from './query/reader.ts'
import { listTables } from './query/table-list.ts'
import { openDemoSource } from './source/demo/source.ts'
import { openFileSource } from './source/file/source.ts'
import { openMysqlSource } from './source/mysql/source.ts'
import { type MysqlTarget, openMysqlTarget } from './source/mysql/target.ts'
import { openSocrataSource, type SocrataSourceOptions } from './source/socrata/source.ts'
import type { Source } from './source/source.ts'
import { rebuildState } from './state/rebuild.ts'
import { openState, type State, STATE_FILE } from './state/state.ts'

/** The name under which Blotter's tables stand in a SQL catalog. */
export const CATALOG_NAME = 'blotter'

/** Everything that the command line, the server and scripts ask of Blotter: one function a verb. */
export type Platform = Awaited<ReturnType<typeof openPlatform>>

/** Opens what the configuration names; nothing is made on disk before a batch is. */
export async function openPlatform(config: Config, log: Log, clock: Clock = systemClock) {
  const parts = await openParts(config, clock)
  const { closeIdentity, bearerOf: _, ...tokenVerbs } = tokens(parts)
  return {
    run: async (options: { full: boolean; at?: BatchAt }, watch: Watch) =>
      makeBatch(parts.maker(), { ...options, source: sourceUrl(config) }, batchWatch(watch, log)),
    runResume: async (run: string | undefined, watch: Watch) => resumeBatch(parts.maker(), run, batchWatch(watch, log)),
    runRelease: async (run: string | undefined, watch: Watch) => releaseBatch(parts.maker(), run, batchWatch(watch, log)),
    runTerminate: async (run?: string) => {
      const { run: ended } = terminateRun(parts.state(), run, clock)
      await tellOfTerminated(parts)
      return summaryOf(ended)
    },
    runs: async () => (parts.stateExists() ? listRuns(parts.state()).map(summaryOf) : []),
    runShow: async (run?: string) => detailOf(showRun(parts.state(), run)),
    batches: async () => (parts.lakeExists() ? parts.reader().batches() : []),
    async tables(ref = 'latest') {
      if (!parts.lakeExists()) return []
      const reader = parts.reader()
      const { view, batch } = await reader.resolve(ref)
      const names = tableSpecs(parts.pipeline).map((spec) => spec.name)
      return listTables(view, await reader.tablesAt(view, batch.batchAt), batch.batchAt, names)
    },
    async query(sql: string, options: { at?: string; outputFolder?: string; signal: AbortSignal }) {
      const reader = parts.reader()
      const { view, batch } = await reader.resolve(options.at ?? 'latest')
      const tables = reader.queryTables(view, batch.batchAt)
      const engine = await parts.openEngine()
      const functions = reader.functionsAt(view, batch.batchAt)
      // The tables' own folders and nothing beside them: the state databases lie in the lake as well.
      const folders = view.tables.map((table) => parts.lake(false).storage.enginePath(table.metadata.location))
      return openQuery(sql, { engine, tables, functions, folders, batchAt: batch.batchAt, ...options })
    },
    quarantine: async (wish: QuarantineWish) => parts.reader().quarantine(wish),
    diff: async (from: string, to: string, options: { rows: boolean }) => parts.reader().diff(from, to, options),
    history: async (key: string) => parts.reader().history(key),
    ...restoring(parts, log),
    ...lineage(parts),
    ...tokenVerbs,
    expire: async (options: { dryRun: boolean; batches?: number; days?: number }, { signal }: Watch) =>
      expireBatches(parts.existing(), { dryRun: options.dryRun, retention: { ...config.retention, ...options } }, signal),
    relocate: async ({ signal }: Watch) => relocateLake(parts.existing(), signal),
    async backup(into: string) {
      parts.lake(false)
      const openCatalog = (file: string): Catalog => openSqliteCatalog(file, { name: CATALOG_NAME, create: false })
      return backUp({ lake: parts.folder, state: config.state, into, storage: localStorage(), openCatalog })
    },
    compact: async (options: { dryRun: boolean }, { signal }: Watch) => compactByHand(parts.existing(), options, signal),
    async load(options: { from: string; into: string; rows?: number }, watch: Watch) {
      const { from, limit } = limited(options.from, options.rows)
      await using engine = await parts.openEngine()
      const report = await loadIncidents({
        engine,
        source: await parts.openSource(from),
        openTarget: () => parts.openTarget(options.into, watch.signal),
        pipeline: parts.pipeline,
        mapping: config.source.columns,
        at: batchAtOf(clock.now()),
        folder: loadFolder(config.state, process.pid),
        ...(limit === undefined ? {} : { limit }),
        signal: watch.signal,
        progress: (step, rows, expected) => watch.onEvent({ type: 'rows', step, rows, ...(expected === undefined ? {} : { expected }) }),
      })
      return { into: options.into, ...report }
    },
    async doctor(options: { rebuild: boolean }) {
      const rebuilt: Check[] = options.rebuild ? [parts.rebuildState()] : []
      const { url } = config.source
      const found = await examine({
        folder: config.lake,
        lake: parts.lakeExists() ? parts.lake(false) : undefined,
        pipeline: parts.pipeline,
        mapping: config.source.columns,
        clock,
        source: url === undefined ? undefined : () => parts.openSource(url),
        signal: AbortSignal.timeout(DOCTOR_MS),
      })
      return [...rebuilt, ...found]
    },
    async [Symbol.asyncDispose]() {
      closeIdentity()
      parts[Symbol.dispose]()
    },
  }
}

/** Of the demo, `--rows` is how many there are, so that the city is whole; of all others, how many are taken. */
function limited(from: string, rows: number | undefined): { from: string; limit?: number } {
  if (rows === undefined) return { from }
  if (!from.startsWith('demo:')) return { from, limit: rows }
  const url = new URL(from)
  url.searchParams.set('rows', String(rows))
  return { from: url.href }
}

/** How long the source may take to answer before `doctor` calls it unreachable. */
const DOCTOR_MS = 20_000

function sourceUrl(config: Config): string {
  if (config.source.url !== undefined) return config.source.url
  throw new BlotterError('usage', 'No source is named.', {
    todo: 'Give `--source URL`, set BLOTTER_SOURCE_URL, or write `source: { url: … }` into blotter.yaml. A start without a database: --source demo://chicago.',
  })
}

/** Every part, chosen by the configuration; opened when first asked for and closed together. */
interface Parts extends Disposable {
  config: Config
  clock: Clock
  pipeline: Pipeline
  /** Of the lake, without symbolic links. */
  folder: string
  /** `file:///…/lake` */
  location: string
  lakeExists(): boolean
  stateExists(): boolean
  /** The lake; made if `create` says so, else its absence is `lake_missing`. */
  lake(create: boolean): BatchMaker['lake']
  state(): State
  /** Sets the state database aside and makes a new one. */
  rebuildState(): Check
  maker(): BatchMaker
  /** The same for work on a lake that has to be there already: else `lake_missing`. */
  existing(): BatchMaker
  reader(): Reader
  openEngine(): Promise<Engine>
  openSource(url: string): Promise<Source>
  openTarget(url: string, signal: AbortSignal): Promise<MysqlTarget>
}

async function openParts(config: Config, clock: Clock): Promise<Parts> {
  if (config.lake.includes('://')) throw bucketsLater(config.lake)
  const pipeline = await loadPipeline(config.pipeline)
  const codeVersion = await codeVersionOf(pipeline)
  // Readers disagree about percent-encoding, so that a location is the path itself, byte for byte.
  const folder = realPathOf(config.lake)
  const location = `file://${folder}`
  const storage = localStorage()
  const catalogFile = join(config.lake, 'catalog.sqlite')
  let catalog: Catalog | undefined
  let state: State | undefined
  let engines = 0

  const lake: Parts['lake'] = (create) => {
    catalog ??= openSqliteCatalog(catalogFile, { name: CATALOG_NAME, create })
    return { storage, catalog, location }
  }
  const openEngineAt = (spillFolder: string): Promise<Engine> =>
    openDuckDb({ memoryBytes: config.memoryBytes * ENGINE_SHARE, spillFolder })
  const openEngine = (): Promise<Engine> => openEngineAt(join(config.state, 'spill', `${process.pid}-${++engines}`))
  const openSource = (url: string): Promise<Source> => sourceOf(url, config, pipeline, clock)
  const parts: Parts = {
    config,
    clock,
    pipeline,
    folder,
    location,
    lakeExists: () => existsSync(catalogFile),
    stateExists: () => existsSync(join(config.state, STATE_FILE)),
    lake,
    state: () => (state ??= openState(config.state, { clock })),
    rebuildState() {
      state?.close()
      const rebuilt = rebuildState(config.state, clock)
      state = rebuilt.state
      const aside = rebuilt.setAside ? `; the old one is kept as ${rebuilt.setAside}` : ''
      return { name: 'state', state: 'ok', message: `made anew${aside}` }
    },
    maker: () => ({
      lake: lake(true),
      state: parts.state(),
      pipeline,
      guards: config.guards,
      mapping: config.source.columns,
      codeVersion,
      openLineage: config.openLineage,
      workingFolder: process.cwd(),
      clock,
      openEngine: openEngineAt,
      openSource,
    }),
    existing: () => {
      lake(false)
      return parts.maker()
    },
    reader: () => openReader({ lake: lake(false), pipeline, openEngine }),
    openEngine,
    openSource,
    async openTarget(url, signal) {
      const password = await config.source.password?.()
      return openMysqlTarget(url, { definition: pipeline.source, signal, ...(password === undefined ? {} : { password }) })
    },
    [Symbol.dispose]() {
      catalog?.close()
      state?.close()
    },
  }
  return parts
}

/** Of the memory that is granted, what DuckDB may take; the rest is Node.js and what DuckDB does not count. */
const ENGINE_SHARE = 0.6

async function sourceOf(url: string, config: Config, pipeline: Pipeline, clock: Clock): Promise<Source> {
  const scheme = /^([a-z]+):/.exec(url)?.[1]
  switch (scheme) {
    case 'mysql':
    case 'mariadb': {
      const password = await config.source.password?.()
      return openMysqlSource(url, { table: pipeline.source.table, ...(password === undefined ? {} : { password }) })
    }
    case 'file':
      return openFileSource(url, { folder: process.cwd() })
    case 'socrata': {
      // The password of a database is no token, and no portal's business.
      const token = config.source.url?.startsWith('socrata:') ? await config.source.password?.() : undefined
      const locate: SocrataSourceOptions['locate'] = (columns, declared) =>
        bindColumns(pipeline.source, columns, config.source.columns).found.get(declared)
      return openSocrataSource(url, { definition: pipeline.source, locate, clock, token })
    }
    case 'demo':
      if (pipeline.demo) return openDemoSource(url, { definition: pipeline.source, demo: pipeline.demo })
      throw badSource(url, `the pipeline ${pipeline.name} has no synthetic incidents`)
    default:
      throw badSource(url, `${scheme ? `"${scheme}:"` : 'it'} is no kind of source`)
  }
}

function badSource(url: string, why: string): BlotterError {
  return new BlotterError('source_url_invalid', `The source ${url} cannot be opened: ${why}. Nothing was changed.`, {
    todo: 'Give mysql://USER@HOST:PORT/DB?table=crimes, file:GLOB, socrata://HOST/DATASET or demo://chicago?rows=300000.',
    context: { source: url },
  })
}

function bucketsLater(lake: string): BlotterError {
  return new BlotterError('unsupported', `The lake ${lake} is a bucket, which this version does not write yet.`, {
    todo: 'Give a folder: `--lake ./lake`.',
    context: { lake },
  })
}

/** Blotter's version and a hash over the pipeline's files: what made a batch, to be told from what made another. */
async function codeVersionOf(pipeline: Pipeline): Promise<string> {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  const files = await readdir(pipeline.folder, { recursive: true, withFileTypes: true })
  const paths = files.filter((file) => file.isFile() && /\.(ts|sql|csv|yaml)$/.test(file.name)).map((file) => join(file.parentPath, file.name))
  const hash = createHash('sha256')
  for (const path of paths.sort()) hash.update(await readFile(path))
  return `${version}+${hash.digest('hex').slice(0, 12)}`
}
