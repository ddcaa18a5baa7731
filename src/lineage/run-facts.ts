import type { Schema } from '../model/schema.ts'
import type { TableLineage } from './column-lineage.ts'
import type { Dataset } from './dataset-name.ts'

/** Everything that the events of one run tell. Times are ISO 8601 in UTC; nothing in here may hold a credential. */
export interface RunFacts extends Ended {
  /** OpenLineage's namespace for jobs. */
  namespace: string
  run: string
  batchAt: string
  kind: string | null
  pipeline: { name: string; title: string; folder: string }
  codeVersion: string
  engine: { name: string; version: string }
  /** `file:///…/lake`, the namespace in which its tables have their short names. */
  lake: { location: string; catalog: string }
  startedAt: string
  steps: readonly StepFacts[]
}

/** How a run or a step ended. */
export interface Ended {
  endedAt: string
  end: 'COMPLETE' | 'FAIL' | 'ABORT'
  error?: { code: string; message: string }
}

export interface StepFacts extends Ended {
  name: string
  startedAt: string
  doc: string
  /** What it ran, where that is SQL, and the file it stands in below the pipeline's folder. */
  sql?: { query: string; dialect: string }
  file?: string
  inputs: readonly InputFacts[]
  outputs: readonly OutputFacts[]
}

/** A dataset of a step: the source (`source`), a reference file or a table of the lake. */
export interface DatasetFacts {
  dataset: Dataset
  /** `raw.crimes`, `reference.crime_types`, or `source`. */
  table: string
  of: 'source' | 'reference' | 'lake'
  type: 'TABLE' | 'FILE'
  doc?: string
  /** Id of the snapshot, or what else tells two states of it apart. */
  version?: string
  columns: Schema['fields'] | readonly { name: string; type: string }[]
}

export interface InputFacts extends DatasetFacts {
  read?: Size
  checks?: readonly Check[]
}

export interface OutputFacts extends DatasetFacts {
  lineage: TableLineage
  /** What the batch added to the table, and what the table holds as of it. */
  written: Size
  total: Size
  change: 'CREATE' | 'ALTER' | 'OVERWRITE' | undefined
}

export interface Size {
  rows: number
  sizeBytes?: number
  files?: number
}

/** A rule or guard that rows of a dataset were held to. `warn` lets the run go on, `error` holds it. */
export interface Check {
  assertion: string
  name: string
  description: string
  severity: 'warn' | 'error'
  success: boolean
  column?: string
  expected: string
  actual: string
}
