/** What a DAG is written from: the pipeline, its triggers and its limits, in plain data. */
export interface DagDefinition {
  /** The pipeline's name, such as `chicago-crimes`. */
  pipeline: string
  description: string
  codeVersion: string
  /** Names of a batch's steps, in the order in which they run on the cluster, each an application of Spark. */
  steps: readonly string[]
  /** `${code}`, `${batch_at}` and `${run}` in its words stand for what the DAG knows; the step's name comes last. */
  command: SparkCommand
  schedule: { cron: string; timezone: string } | undefined
  /** How often the source is asked whether it has a new batch; undefined: never. */
  pollSeconds: number | undefined
  source: { table: string; key: string; cursor: string | undefined }
  /** The pipeline's tables, which are the DAG's outlets, such as `raw.crimes`. */
  tables: readonly string[]
  /** How long a run may take before people are told. */
  deadlineSeconds: number
  mail: { from: string; to: readonly string[] }
}

/** How a step is started: `spark-submit`, settings of Spark, then the program with its words. */
export interface SparkCommand {
  submit: readonly string[]
  conf: Readonly<Record<string, string>>
  program: readonly string[]
}

/** The majors of Airflow that a DAG is written for. */
export type AirflowVersion = 2 | 3

/** A file as Airflow wants it, relative to `AIRFLOW_HOME` or a bucket of MWAA. */
export interface AirflowFile {
  path: string
  text: string
}
