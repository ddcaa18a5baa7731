import type { Application, BatchPlaces, BatchPlan, BatchWork } from '../../engine/application.ts'
import type { Log } from '../../log.ts'
import type { Config } from '../../model/configuration.ts'
import type { Pipeline, SourceDefinition } from '../../model/pipeline.ts'
import type { BatchMaker } from '../../pipeline/batch/batch-maker.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import type { FoundColumn, Source } from '../../source/source.ts'
import { runsOnBranches, settleBranches } from './branches.ts'
import { type MysqlWords, planBatch, requireMysql } from './plan.ts'
import { type SparkDesk, sparkSteps } from './steps.ts'
import { catalogFile } from '../lake.ts'
import { sourceUrl } from '../source-url.ts'
import type { SourceLogin } from '../secrets/secrets.ts'

/** Spark and MySQL, as `platform.ts` hands them in. */
export interface SparkParts {
  compile(plan: BatchPlan): Map<string, string>
  /** The files with which one compiled batch is run, out of this process, beside those of `compile`. */
  launchFiles(
    places: BatchPlaces,
    settings: { master: string; folder: string; secret: string | undefined },
  ): Map<string, string>
  writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void>
  submit(plan: BatchPlan, work: BatchWork, places: BatchPlaces, settings: SparkSettings): Promise<Application>
  address(url: string, definition: SourceDefinition): BatchPlaces['source']
  words(url: string, definition: SourceDefinition): MysqlWords
  /** The columns that `blotter load` would make. */
  declaredColumns(definition: SourceDefinition): FoundColumn[]
}

interface SparkSettings extends Omit<Config['spark'], 'catalog' | 'token'> {
  searchPath: string
  memoryBytes: number
  environment: Readonly<Record<string, string>>
  log(line: string): void
}

interface Parts {
  config: Config
  pipeline: Pipeline
  codeVersion: string
  location: string
  loginsOf(url: string): SourceLogin
  openSource(url: string): Promise<Source>
}

/** `blotter spark render`. */
export interface RenderedFolder {
  folder: string
  files: string[]
  /** True where the source was not asked, and is taken for what the pipeline declares. */
  assumed: boolean
}

export interface RenderOptions {
  /** Absolute. */
  folder: string
  /** Where the files will lie when they run, such as `s3://bucket/prefix`; default: there. */
  at?: string
  /** The source is not asked, but taken for what `blotter load` would make of the pipeline. */
  assume: boolean
  /** A secret of AWS Secrets Manager, which Spark's driver of MySQL reads itself. */
  secret?: string
  signal: AbortSignal
}

/** The verbs on Spark: make batches by it, and have it make them elsewhere. */
export function sparking(parts: Parts, spark: SparkParts, log: Log) {
  const { config, pipeline } = parts
  const plan = (source: { url: string; columns: readonly FoundColumn[] }): BatchPlan =>
    planBatch(
      { ...parts, guards: config.guards, mapping: config.source.columns },
      source,
      spark.words(source.url, pipeline.source),
    )
  const submit: SparkDesk['submit'] = async (compiled, url, work) => {
    const { user, password } = await parts.loginsOf(url)(false)
    const address = spark.address(url, pipeline.source)
    const places: BatchPlaces = {
      source: { ...address, user: user ?? address.user },
      sourcePassword: password,
      lake: parts.location,
      catalog: sparkCatalog(config, await config.spark.token?.()),
    }
    return spark.submit(compiled, work, places, settingsOf(config, log))
  }
  return {
    /** What makers of batches need for the engine that the configuration names, and to settle what Spark has left. */
    making: ({ lake, clock }: Pick<BatchMaker, 'lake' | 'clock'>): Pick<BatchMaker, 'engine' | 'sparkSteps' | 'settle'> => ({
      engine: config.engine,
      sparkSteps: () => sparkSteps({ plan, submit }),
      async settle(tables, run) {
        const names = tableNames(pipeline)
        const own = tables.filter((table) => names.includes(table.name))
        if (runsOnBranches(own, run.spared).length === 0) return false
        await settleBranches(lake, names, { ...run, now: clock.now() })
        return true
      },
    }),

    async render({ folder, at = folder, assume, secret, signal }: RenderOptions): Promise<RenderedFolder> {
      const url = sourceUrl(config)
      requireMysql(url)
      const columns = assume
        ? spark.declaredColumns(pipeline.source)
        : (await (await parts.openSource(url)).describe(signal)).columns
      const places: BatchPlaces = {
        source: spark.address(url, pipeline.source),
        sourcePassword: undefined,
        lake: parts.location,
        catalog: sparkCatalog(config),
      }
      const launch = spark.launchFiles(places, { ...config.spark, folder: at, secret })
      const files = new Map([...spark.compile(plan({ url, columns })), ...launch])
      await spark.writeFolder(folder, files)
      return { folder, files: [...files.keys()], assumed: assume }
    },
  }
}

/** Where Spark finds the tables: a REST catalog if one is named, else the catalog of the lake. */
export function sparkCatalog(config: Config, token?: string): BatchPlaces['catalog'] {
  if (config.spark.catalog !== undefined) return { kind: 'rest', url: config.spark.catalog, token }
  return config.catalog === 'glue' ? { kind: 'glue' } : { kind: 'sqlite', file: catalogFile(config) }
}

/** The environment goes on to Spark, without what is Blotter's alone. */
function settingsOf({ spark, memoryBytes, secrets: { variables } }: Config, log: Log): SparkSettings {
  const names = variables.names().filter((name) => !name.startsWith('BLOTTER_'))
  const environment = Object.fromEntries(names.map((name) => [name, variables.get(name) ?? '']))
  return {
    ...spark,
    memoryBytes,
    searchPath: environment['PATH'] ?? '',
    environment,
    log: (line) => log.debug({ part: 'spark' }, line),
  }
}
