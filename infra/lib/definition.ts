import { join } from 'node:path'
import { readDefinitions } from '../../src/dashboard/definition/definitions.ts'
import { renderAirflow } from '../../src/airflow/render.ts'
import { sparkEngine } from '../../src/engine/spark/engine.ts'
import { loadPipeline } from '../../src/pipeline/definition/load.ts'
import { tableSpecs } from '../../src/pipeline/definition/tables.ts'
import { loadConfig } from '../../src/config.ts'
import { describingDag } from '../../src/platform/spark/dag.ts'
import { jdbcReading } from '../../src/source/mysql/jdbc.ts'
import type { Definition } from './app.ts'
import { blotterVersion, type Settings } from './settings.ts'
import { READER } from './source.ts'

/** Reads the pipeline that the stacks are for: its tables, its dashboards, and its DAG for MWAA's version of Airflow. */
export async function readDefinition(settings: Settings): Promise<Definition> {
  const pipeline = await loadPipeline(settings.pipeline)
  const { found, problems } = await readDefinitions(join(settings.pipeline, '4-dashboards'))
  if (problems.length > 0)
    throw new Error(problems.map(({ file, line, message }) => `${file}:${line} ${message}`).join('\n'))
  return {
    pipeline,
    namespaces: [...new Set(tableSpecs(pipeline).map(({ name }) => name.split('.')[0]!))],
    files: renderAirflow(await dagOf(settings, pipeline), settings.airflowVersion.startsWith('2.') ? 2 : 3),
    dashboards: [...found].map(([name, { definition }]) => ({ name, definition })),
  }
}

/** The DAG, in which `${lake}` and `${code}` stand for buckets that have no name yet. */
async function dagOf(settings: Settings, pipeline: Definition['pipeline']) {
  const config = loadConfig({
    env: {},
    cwd: settings.pipeline,
    flags: { source: `mysql://blotter_ro@source/chicago?table=${pipeline.source.table}`, pipeline: settings.pipeline },
  })
  const parts = {
    config: {
      ...config,
      schedule: { cron: settings.cron, timezone: settings.timezone, onSourceChangeMs: 5 * 60_000 },
      catalog: 'glue' as const,
      spark: { ...config.spark, jars: [SPARK_JARS] },
    },
    pipeline,
    codeVersion: blotterVersion,
    location: '${lake}',
  }
  return describingDag(parts, { ...sparkEngine, ...jdbcReading }).airflowDag({ secret: READER })
}

/** Clusters reach AWS alone and no Maven: what `spark-jars.xml` names is put beside the compiled pipeline once. */
const SPARK_JARS = '${code}/jars/*.jar'
