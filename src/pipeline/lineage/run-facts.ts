import type { Lake } from '../../catalog/lake.ts'
import type { Engine } from '../../engine/engine.ts'
import { BATCHES_TABLE, CHANGES_TABLE } from '../../history/ledger.ts'
import { type Restore, restoreName } from '../../history/restore.ts'
import { snapshotOf } from '../../lake/table.ts'
import type { Ended, InputFacts, OutputFacts, RunFacts, StepFacts } from '../../lineage/run-facts.ts'
import { joinStatements } from '../../lineage/statements.ts'
import { type Pipeline, quarantineName, type SqlTable } from '../../model/pipeline.ts'
import type { StepName } from '../../model/report.ts'
import type { RunDetails, StepRecord } from '../../orchestrate/run/runs.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { Guards } from '../batch/context.ts'
import type { ExtractOutput } from '../steps/extract.ts'
import type { LandOutput } from '../steps/land.ts'
import { tableSpecs } from '../definition/tables.ts'
import type { StagedTable } from '../batch/work-files.ts'
import { guardChecks, heldCheck, rowChecks } from './checks.ts'
import { type SourceFacts, sourceFacts } from './source-facts.ts'
import { lakeDataset, restoreSql, sqlFile, versionBefore, type Written, writtenTables } from './written-tables.ts'

/** What is the same for all runs of a lake. */
export interface LineageSetup {
  lake: Lake
  pipeline: Pipeline
  guards: Guards
  mapping: Readonly<Record<string, string>>
  codeVersion: string
  /** OpenLineage's namespace for jobs. */
  namespace: string
  /** Where relative paths of `file:` sources begin. */
  workingFolder: string
}

/** A run as it is recorded, with what its steps have told so far and how it ended. */
export interface RecordedRun {
  record: RunDetails
  outputs: Readonly<Record<string, unknown>>
  ended: Ended
  /** Tables as the batch left them; none where it was not committed. */
  staged: ReadonlyMap<string, StagedTable>
}

const DOCS: Readonly<Record<StepName, string>> = {
  extract: 'Reads the source in one consistent view of it: all rows, or those that differ from the lake.',
  check: 'Parts rows into good ones, typed and repaired, and quarantined ones with their reason.',
  land: 'Merges good rows into the raw table, changes into the ledger and bad rows into quarantine.',
  transform: 'Derives the tables that follow the raw table by key.',
  aggregate: 'Derives the tables that are made anew whenever something they read has changed.',
  commit: 'Writes the row of the batch and moves all tables in one catalog transaction.',
  publish: 'Tells those who wait for the batch that it is there.',
}

/** Everything that the events of a run tell, from its record, its outputs and the tables that it wrote. */
export async function runFacts(setup: LineageSetup, run: RecordedRun, engine: Engine): Promise<RunFacts> {
  const { pipeline, lake, namespace, codeVersion } = setup
  const { record, ended, staged } = run
  const outputs = run.outputs as { extract?: ExtractOutput; check?: CheckedRows; land?: LandOutput }
  const { restore } = record.options as { restore?: Restore }
  const source = sourceFacts(
    pipeline,
    { url: record.source, folder: setup.workingFolder, mapping: setup.mapping },
    outputs.extract,
  )
  const written = await writtenTables({ engine, pipeline, staged, source, restore })
  const work: Work = { setup, outputs, source, written, restore }
  const steps = record.steps.flatMap((step) => {
    const known = endOf(step, ended)
    return known ? [{ step, known }] : []
  })
  const [version] = await engine.rows('SELECT version() AS version')
  return {
    namespace,
    run: record.run,
    batchAt: record.batch_at,
    kind: outputs.extract?.mode ?? record.kind,
    pipeline: { name: pipeline.name, title: pipeline.title, folder: pipeline.folder },
    codeVersion,
    engine: outputs.extract?.engine ?? { name: 'DuckDB', version: String(version?.['version']).replace(/^v/, '') },
    lake: { location: lake.location, catalog: lake.catalog.name },
    startedAt: record.started_at,
    ...ended,
    steps: await Promise.all(steps.map(({ step, known }) => stepFacts(work, step, known, record))),
  }
}

interface Work {
  setup: LineageSetup
  outputs: { extract?: ExtractOutput; check?: CheckedRows; land?: LandOutput }
  source: SourceFacts
  written: Written
  restore: Restore | undefined
}

/** How a step ended; undefined for one that did not begin. The step that is under way ends as its run does. */
function endOf(step: StepRecord, run: Ended): (Ended & { startedAt: string }) | undefined {
  if (step.started_at === null) return undefined
  const { state, started_at: startedAt } = step
  const endedAt = step.finished_at ?? step.tries.at(-1)?.ended_at ?? run.endedAt
  if (state === 'succeeded' || state === 'skipped') return { startedAt, endedAt, end: 'COMPLETE' }
  if (state === 'running') return { startedAt, ...run }
  const error = step.error && { code: step.error.code, message: step.error.message }
  return { startedAt, endedAt, end: state === 'failed' ? 'FAIL' : 'ABORT', ...(error ? { error } : {}) }
}

async function stepFacts(
  work: Work,
  step: StepRecord,
  ended: Ended & { startedAt: string },
  record: RunDetails,
): Promise<StepFacts> {
  const name = step.name as StepName
  const held = record.held?.step === name ? [heldCheck(record.held)] : []
  const inputs = stepInputs(work, name).map((input) =>
    held.length > 0 && input.of === 'source' ? { ...input, checks: [...(input.checks ?? []), ...held] } : input,
  )
  const outputs = tablesOf(work.setup.pipeline, name).flatMap((table) => work.written.outputs.get(table) ?? [])
  return { name, doc: DOCS[name], ...ended, ...(await ranSql(work, name, outputs)), inputs, outputs }
}

/** The tables that a step writes. */
function tablesOf(pipeline: Pipeline, step: StepName): string[] {
  const derived = (mode: SqlTable['mode']): string[] =>
    pipeline.tables.filter((table) => table.mode === mode).map((table) => table.name)
  switch (step) {
    case 'land':
      return [pipeline.rawName, CHANGES_TABLE, quarantineName(pipeline)]
    case 'transform':
      return derived('by-key')
    case 'aggregate':
      return derived('replace')
    case 'commit':
      return [BATCHES_TABLE]
    default:
      return []
  }
}

function stepInputs(work: Work, step: StepName): InputFacts[] {
  const { setup, outputs, source, written, restore } = work
  const { pipeline, guards } = setup
  const origin = restore ? restoredInput(work, restore) : [source.input]
  switch (step) {
    case 'extract':
      return origin
    case 'check': {
      if (restore || !outputs.check) return origin
      const { read, quarantine } = outputs.check
      const counts = { read, swept: outputs.extract?.swept ?? 0, keyless: quarantine.byRule['key_missing'] ?? 0 }
      return [
        { ...source.input, checks: [...rowChecks(pipeline, outputs.check), ...guardChecks(guards, counts, outputs.land)] },
      ]
    }
    case 'land':
      return [...origin, ...before(work, pipeline.rawName)]
    case 'transform':
    case 'aggregate': {
      const made = tablesOf(pipeline, step).filter((name) => written.outputs.has(name))
      const derived = pipeline.tables.filter(({ name }) => made.includes(name) && name !== restore?.table)
      const reads = [...new Set(derived.flatMap((table) => table.reads))]
      const restored = restore && made.includes(restore.table) ? origin : []
      return [...restored, ...reads.flatMap((name) => written.references.get(name) ?? present(work, name))]
    }
    case 'commit':
      return present(work, pipeline.rawName)
    default:
      return []
  }
}

/** A table as the batch left it. */
function present({ setup, written }: Work, name: string): InputFacts[] {
  const staged = written.tables.get(name)
  const doc = tableSpecs(setup.pipeline).find((spec) => spec.name === name)?.doc ?? ''
  return staged ? [{ ...lakeDataset(staged.table, doc), read: { rows: staged.rows } }] : []
}

/** A table as the batch found it, where it was there and changed. */
function before({ setup, written }: Work, name: string): InputFacts[] {
  const staged = written.tables.get(name)
  const version = staged && (staged.changed ? versionBefore(staged.table) : snapshotOf(staged.table))
  const doc = tableSpecs(setup.pipeline).find((spec) => spec.name === name)?.doc ?? ''
  return staged && version ? [lakeDataset(staged.table, doc, version)] : []
}

/** What a restore reads: the table as of the batch that comes back. */
function restoredInput({ written, outputs, setup }: Work, restore: Restore): InputFacts[] {
  const staged = written.tables.get(restore.table)
  const then = staged && snapshotOf(staged.table, restore.batch)
  if (!then) return []
  const rows = restore.table === setup.pipeline.rawName ? outputs.extract?.rows : undefined
  return [{ ...lakeDataset(staged.table, restoreName(restore), then), ...(rows === undefined ? {} : { read: { rows } }) }]
}

async function ranSql(
  work: Work,
  step: StepName,
  outputs: readonly OutputFacts[],
): Promise<Pick<StepFacts, 'sql' | 'file'>> {
  const { source, restore, setup } = work
  if (step === 'extract') {
    if (!restore) return source.sql ? { sql: source.sql } : {}
    return { sql: { query: restoredSql(setup.pipeline, restore), dialect: 'duckdb' } }
  }
  const ran = setup.pipeline.tables.filter((table) => outputs.some((output) => output.table === table.name))
  const statements = await Promise.all(
    ran.map(async (table) =>
      restore?.table === table.name
        ? { table: table.name, file: null, sql: restoredSql(setup.pipeline, restore) }
        : { table: table.name, file: await sqlFile(setup.pipeline, table), sql: table.sql },
    ),
  )
  const [only, second] = statements
  if (!only) return {}
  const file = second || only.file === null ? {} : { file: only.file }
  return { sql: { query: joinStatements(statements), dialect: 'duckdb' }, ...file }
}

function restoredSql(pipeline: Pipeline, restore: Restore): string {
  const { fields } = tableSpecs(pipeline).find((spec) => spec.name === restore.table)!.schema
  const query = restoreSql(
    restore,
    fields.map((field) => field.name),
  )
  return `-- as of ${restore.batch}\n${query}`
}
