import { type App, Tags } from 'aws-cdk-lib'
import type { AirflowFile } from '../../src/model/dag.ts'
import type { Pipeline } from '../../src/model/pipeline.ts'
import { Access } from './access.ts'
import { Airflow } from './airflow.ts'
import { Athena } from './athena.ts'
import { processedOf } from './athena-sql.ts'
import { Lake } from './lake.ts'
import { Loader } from './loader.ts'
import { Network } from './network.ts'
import type { DashboardFile } from './quicksight-definition.ts'
import { Quicksight } from './quicksight.ts'
import type { Settings } from './settings.ts'
import { Source } from './source.ts'
import { Spark } from './spark.ts'
import { Watch } from './watch.ts'

/** What the stacks are made from beside settings: the pipeline, its DAG and its dashboards. */
export interface Definition {
  pipeline: Pipeline
  namespaces: readonly string[]
  files: readonly AirflowFile[]
  dashboards: readonly DashboardFile[]
}

/** All stacks of Blotter on AWS, for whatever account and region they are deployed to. */
export function addStacks(app: App, settings: Settings, { pipeline, namespaces, files, dashboards }: Definition): void {
  const { mail } = settings
  const lake = new Lake(app, 'BlotterLake', { namespaces })
  const network = new Network(app, 'BlotterNetwork', { lake, loads: settings.loadFrom !== undefined })
  const source = new Source(app, 'BlotterSource', { network, lake, multiAz: settings.multiAz })
  const loader =
    settings.loadFrom === undefined
      ? undefined
      : new Loader(app, 'BlotterLoader', { network, lake, source, from: settings.loadFrom })
  const spark = new Spark(app, 'BlotterSpark', { network, lake, source })
  const airflow = new Airflow(app, 'BlotterAirflow', {
    network,
    lake,
    source,
    spark,
    version: settings.airflowVersion,
    mail,
    files,
    wheels: settings.wheels,
  })
  const athena = new Athena(app, 'BlotterAthena', { lake, pipeline, scanLimitBytes: settings.scanLimitBytes })
  const table = processedOf(pipeline)
  const quicksight =
    settings.quicksightUser === undefined || !table
      ? undefined
      : new Quicksight(app, 'BlotterQuicksight', { athena, lake, table, dashboards, user: settings.quicksightUser })
  new Watch(app, 'BlotterWatch', { lake, source, airflow, loader, quicksight, mail, budgetUsd: settings.budgetUsd })
  new Access(app, 'BlotterAccess', { lake, athena })
  Tags.of(app).add('project', 'blotter')
}
