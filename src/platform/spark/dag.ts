import type { BatchPlaces } from '../../engine/application.ts'
import type { Config } from '../../model/configuration.ts'
import type { DagDefinition, SparkCommand } from '../../model/dag.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { STEPS } from '../../model/report.ts'
import { tableNames } from '../../pipeline/definition/tables.ts'
import { type SparkParts, sparkCatalog } from './spark.ts'
import { sourceUrl } from '../source-url.ts'

interface Parts {
  config: Config
  pipeline: Pipeline
  codeVersion: string
  /** `s3://bucket/prefix`, or the place of a folder. */
  location: string
}

/** What Airflow's DAG is written from: the pipeline, how Spark is started on its cluster, triggers and limits. */
export function describingDag(parts: Parts, spark: Pick<SparkParts, 'address' | 'launchFiles'>) {
  return {
    /** Throws `usage` where no source is named. `secret` is the one that holds user and password of the source. */
    async airflowDag({ secret }: { secret: string }): Promise<DagDefinition> {
      const { config, pipeline, codeVersion } = parts
      const { schedule, sla, alerts, source } = config
      return {
        pipeline: pipeline.name,
        description: pipeline.title,
        codeVersion,
        // Each a step of the cluster.
        steps: STEPS,
        command: commandOf(parts, spark, secret),
        schedule:
          schedule?.cron === undefined
            ? undefined
            : { cron: schedule.cron, timezone: schedule.timezone ?? pipeline.source.timezone },
        pollSeconds: schedule?.onSourceChangeMs === undefined ? undefined : Math.round(schedule.onSourceChangeMs / 1000),
        source: {
          table: new URL(source.url ?? sourceUrl(config)).searchParams.get('table') ?? pipeline.source.table,
          key: pipeline.source.key,
          cursor: pipeline.source.cursor,
        },
        tables: tableNames(pipeline),
        deadlineSeconds: Math.round(sla.runMs / 1000),
        mail: { from: alerts.email?.from ?? 'blotter@localhost', to: alerts.email?.to ?? [] },
      }
    },
  }
}

/** `${code}` is where the compiled pipeline lies, which the DAG's settings say. */
function commandOf(
  { config, pipeline, location }: Parts,
  spark: Pick<SparkParts, 'address' | 'launchFiles'>,
  secret: string,
): SparkCommand {
  const places: BatchPlaces = {
    source: spark.address(sourceUrl(config), pipeline.source),
    sourcePassword: undefined,
    lake: location,
    catalog: sparkCatalog(config),
  }
  const files = spark.launchFiles(places, { ...config.spark, folder: '${code}', secret })
  const [step] = JSON.parse(files.get('step.json') ?? '[]') as { HadoopJarStep: { Args: string[] } }[]
  const words = step?.HadoopJarStep.Args ?? []
  const first = words.indexOf('--conf')
  const last = words.lastIndexOf('--conf') + 2
  const settings = words.slice(first, last).filter((word) => word !== '--conf')
  return {
    submit: words.slice(0, first),
    conf: Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s, 2) as [string, string])),
    program: [...words.slice(last), '${batch_at}', '${run}'],
  }
}
