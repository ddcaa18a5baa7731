import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Catalog } from './catalog/catalog.ts'
import type { Lake } from './catalog/lake.ts'
import { openSqliteCatalog } from './catalog/sqlite/catalog.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './model/configuration.ts'
import { openDuckDb } from './engine/duckdb/engine.ts'
import type { Engine } from './engine/engine.ts'
import { sparkEngine } from './engine/spark/engine.ts'
import { makeFolder } from './folders.ts'
import { BATCHES_TABLE } from './history/ledger.ts'
import { localStorage } from './lake/local/storage.ts'
import type { Log } from './log.ts'
import type { Pipeline } from './model/pipeline.ts'
import type { Check } from './pipeline/upkeep/doctor.ts'
import { loadPipeline } from './pipeline/definition/load.ts'
import type { BatchMaker } from './pipeline/batch/batch-maker.ts'
import { openQuarantineSource, QUARANTINE_URL } from './pipeline/batch/quarantine-source.ts'
import { spillFolder } from './pipeline/batch/spills.ts'
import { bindColumns } from './quality/columns.ts'
import { rotatingTold } from './platform/alerting/rotation-alerts.ts'
import { runAlerts } from './platform/alerting/watcher.ts'
import { codeVersionOf } from './platform/code-version.ts'
import { examining } from './platform/examining.ts'
import { identities } from './platform/identities/identities.ts'
import { tokens } from './platform/identities/tokens.ts'
import { users } from './platform/identities/users.ts'
import { keeping } from './platform/keeping.ts'
import { type LakeParts, openLake } from './platform/lake.ts'
import { bundling } from './platform/reading/bundling.ts'
import { citing } from './platform/reading/citing.ts'
import { lineage } from './platform/reading/lineage.ts'
import { reading } from './platform/reading/reading.ts'
import { batching } from './platform/running/batching.ts'
import { loading } from './platform/running/loading.ts'
import { restoring } from './platform/running/restoring.ts'
import { scheduling } from './platform/running/scheduling.ts'
import { openSecretParts, type SecretParts } from './platform/secrets/secrets.ts'
import { secretVerbs } from './platform/secrets/verbs.ts'
import { figuring } from './platform/serving/figures.ts'
import { runDesk } from './platform/serving/run-desk.ts'
import { serving } from './platform/serving/serving.ts'
import { badSource } from './platform/source-url.ts'
import { describingDag } from './platform/spark/dag.ts'
import { sparking } from './platform/spark/spark.ts'
import { openReader, type Reader } from './query/reader.ts'
import { openAwsSecrets } from './secret/aws/store.ts'
import { openEnvironment } from './secret/env/store.ts'
import { looseRights } from './secret/vault/key.ts'
import { openVault } from './secret/vault/store.ts'
import { openDemoSource } from './source/demo/source.ts'
import { openFileSource } from './source/file/source.ts'
import { openAccounts } from './source/mysql/accounts.ts'
import { accountRights } from './source/mysql/grants.ts'
import { jdbcReading } from './source/mysql/jdbc.ts'
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
export async function openPlatform(given: Config, log: Log, clock: Clock = systemClock) {
  const secrets = openSecretParts(given, clock, STORES)
  const { config } = secrets
  const parts = await openParts(secrets, clock, log)
  const { table } = parts.pipeline.source
  const known = identities(parts, log)
  const { bearerOf, ...tokenVerbs } = tokens(known)
  const people = { identity: known.open, exists: () => known.existing() !== undefined, oidc: config.server.oidc }
  const verbsOfSecrets = secretVerbs({ secrets, config, clock, stores: STORES })
  const served: AsyncDisposable[] = []
  const verbsOfRuns = batching(parts, log)
  const verbs = {
    ...verbsOfRuns,
    ...describingDag(parts, { ...sparkEngine, ...jdbcReading }),
    ...reading(parts),
    ...citing(parts),
    ...loading(parts),
    sparkRender: parts.spark.render,
    ...keeping(parts),
    ...restoring(parts, log),
    ...lineage(parts),
    ...bundling(parts, log),
    ...examining(parts, { secrets, looseRights, accountRights: (at, options) => accountRights(at, { ...options, table }) }),
    ...tokenVerbs,
    ...users(known),
    serving() {
      const services = serving(
        parts,
        { bearerOf, people },
        figuring(parts, verbsOfSecrets.secretStatus),
        log,
        runDesk(parts, verbsOfRuns),
      )
      served.push(services)
      return services
    },
    ...verbsOfSecrets,
    ...rotatingTold(
      { secrets, config, clock, log, openAccounts: (url, given) => openAccounts(url, { table, ...given }) },
      () => parts.state(),
    ),
    async [Symbol.asyncDispose]() {
      for (const services of served) await services[Symbol.asyncDispose]()
      known.close()
      secrets[Symbol.dispose]()
      parts[Symbol.dispose]()
    },
  }
  return { ...verbs, ...scheduling(parts, verbs, log) }
}

/** Every part, chosen by the configuration; opened when first asked for and closed together. */
interface Parts extends Disposable {
  config: Config
  clock: Clock
  pipeline: Pipeline
  codeVersion: string
  /** Of the lake, without symbolic links. */
  folder: string
  /** `file:///…/lake` */
  location: string
  lakeExists(): boolean
  stateExists(): boolean
  /** The lake; made if `create` says so, else its absence is `lake_missing`. */
  lake(create: boolean): Lake
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
  openCatalog(file: string): Catalog
  spark: ReturnType<typeof sparking>
}

/** Where secrets can be kept; which one it is the configuration says. */
const STORES = { openEnvironment, openVault, openAwsSecrets }

/** What of AWS is needed is loaded where it is asked for: nobody else waits for it. */
const LAKES: LakeParts = {
  localStorage,
  openBucket: async (cache) => (await import('./lake/s3/storage.ts')).s3Storage(cache),
  openSqlite: (file, create) => openSqliteCatalog(file, { name: CATALOG_NAME, create }),
  openGlue: async () =>
    (await import('./catalog/glue/catalog.ts')).openGlueCatalog({ name: CATALOG_NAME, last: BATCHES_TABLE }),
}

async function openParts(secrets: SecretParts, clock: Clock, log: Log): Promise<Parts> {
  const { config } = secrets
  const pipeline = await loadPipeline(config.pipeline)
  const codeVersion = await codeVersionOf(pipeline)
  const opened = await openLake(config, LAKES)
  const { folder, location, open: lake } = opened
  let state: State | undefined
  const { openEngine, openEngineAt } = engines(config)
  const openSource = async (url: string): Promise<Source> =>
    url === QUARANTINE_URL ? openQuarantineSource(lake(false), pipeline) : sourceOf(url, secrets, pipeline, clock)
  const { loginsOf } = secrets
  const spark = sparking(
    { config, pipeline, codeVersion, location, loginsOf, openSource },
    { ...sparkEngine, ...jdbcReading },
    log,
  )
  const parts: Parts = {
    config,
    spark,
    clock,
    pipeline,
    codeVersion,
    folder,
    location,
    lakeExists: opened.exists,
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
      ...spark.making({ lake: lake(true), clock }),
      lake: lake(true),
      state: parts.state(),
      pipeline,
      guards: config.guards,
      mapping: config.source.columns,
      codeVersion,
      openLineage: config.openLineage,
      watchesSource: config.schedule?.onSourceChangeMs !== undefined,
      alerts: runAlerts(config, () => parts.state()),
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
    openTarget: async (url, signal) =>
      openMysqlTarget(url, { definition: pipeline.source, signal, logins: secrets.loginsOf(url) }),
    openCatalog: (file) => openSqliteCatalog(file, { name: CATALOG_NAME, create: false }),
    [Symbol.dispose]() {
      opened.close()
      state?.close()
    },
  }
  return parts
}

/** Engines with the memory that the configuration grants; one without a folder of its own spills into the state folder. */
function engines(config: Config) {
  let opened = 0
  const openEngineAt = (spillFolder: string): Promise<Engine> =>
    openDuckDb({ memoryBytes: config.memoryBytes * ENGINE_SHARE, spillFolder })
  const openEngine = async (): Promise<Engine> => {
    // DuckDB makes the last folder of the path alone, and not before it spills; a lake may be read where nothing can be made.
    try {
      makeFolder(config.state)
    } catch {
      // Then only what does not fit into memory fails, and says so.
    }
    return openEngineAt(spillFolder(config.state, String(++opened)))
  }
  return { openEngine, openEngineAt }
}

/** Of the memory that is granted, what DuckDB may take; the rest is Node.js, the sink's own engine, and what DuckDB does not count. */
const ENGINE_SHARE = 0.45

async function sourceOf(url: string, secrets: SecretParts, pipeline: Pipeline, clock: Clock): Promise<Source> {
  const { config } = secrets
  const scheme = /^([a-z]+):/.exec(url)?.[1]
  const locate: SocrataSourceOptions['locate'] = (columns, declared) =>
    bindColumns(pipeline.source, columns, config.source.columns).found.get(declared)
  switch (scheme) {
    case 'mysql':
    case 'mariadb':
      return openMysqlSource(url, {
        table: pipeline.source.table,
        logins: secrets.loginsOf(url),
        locateCursor: (columns) => locate(columns, pipeline.source.cursor),
      })
    case 'file':
      return openFileSource(url, { folder: process.cwd() })
    case 'socrata': {
      // The password of a database is no token, and no portal's business.
      const token = config.source.url?.startsWith('socrata:') ? await config.source.password?.() : undefined
      return openSocrataSource(url, { definition: pipeline.source, locate, clock, token })
    }
    case 'demo':
      if (pipeline.demo) return openDemoSource(url, { definition: pipeline.source, demo: pipeline.demo })
      throw badSource(url, `the pipeline ${pipeline.name} has no synthetic incidents`)
    default:
      throw badSource(url, `${scheme ? `"${scheme}:"` : 'it'} is no kind of source`)
  }
}
