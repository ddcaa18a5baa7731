import { join } from 'node:path'
import type { Application, BatchPlan, BatchWork } from '../../engine/application.ts'
import { BlotterError } from '../../errors.ts'
import { holdsOf, liftedOf } from '../../history/holds.ts'
import { planScan } from '../../lake/read/plan.ts'
import { withMetadata, writeMetadata } from '../../lake/write/stage.ts'
import { snapshotOf, tagsOf } from '../../lake/table.ts'
import type { StepName } from '../../model/report.ts'
import type { Attempt, Step, StepVerdict } from '../../orchestrate/run/step.ts'
import type { RunContext } from '../../pipeline/batch/context.ts'
import { holdIfColumnsChanged, holdRun, sourceColumnsOf } from '../../pipeline/batch/guards.ts'
import type { CommitOutput } from '../../pipeline/steps/commit.ts'
import { EVIDENCE, isCommitted } from '../../pipeline/steps/evidence.ts'
import { type ExtractOutput, requireKey } from '../../pipeline/steps/extract.ts'
import type { LandOutput } from '../../pipeline/steps/land.ts'
import { publishStep } from '../../pipeline/steps/publish.ts'
import type { DeriveOutput } from '../../pipeline/steps/transform.ts'
import { evolvedSchema } from '../../pipeline/definition/evolve.ts'
import { openTable, tableNames, tableSpecs } from '../../pipeline/definition/tables.ts'
import { saveStaged } from '../../pipeline/batch/work-files.ts'
import type { CheckedRows } from '../../quality/check.ts'
import { bindColumns } from '../../quality/columns.ts'
import type { SourceDescription } from '../../source/source.ts'
import { publishBranches, settleBranches } from './branches.ts'
import { SPARK_WRITES, requireMysql } from './plan.ts'

/** What the steps ask for of the one who knows Spark and MySQL. */
export interface SparkDesk {
  plan(source: { url: string } & SourceDescription): BatchPlan
  submit(plan: BatchPlan, url: string, work: BatchWork): Promise<Application>
}

/** What an application leaves of each phase, as `blotter_batch.py` tells it. */
interface Phases {
  extract: Pick<ExtractOutput, 'mode' | 'first' | 'rows' | 'swept' | 'engine'>
  check: Omit<CheckedRows, 'good' | 'quarantine' | 'quarantinedKeys'> & {
    good: { rows: number }
    quarantine: Omit<CheckedRows['quarantine'], 'file'>
  }
  land: Omit<LandOutput, 'changes' | 'landedFile'>
  transform: DeriveOutput
  aggregate: DeriveOutput
  commit: CommitOutput
}

/**
 * The seven steps of a run that Spark makes: one application goes through them, each step waits for its phase. What it writes
 * stands on a branch of every table; the commit step moves all mains in one catalog transaction. A run that goes on has the
 * application begin with the phase that is next.
 */
export function sparkSteps(desk: SparkDesk): Step<RunContext>[] {
  const sparks = new SparkRun(desk)
  const phase = <Name extends keyof Phases>(
    name: Name,
    shape: (output: Phases[Name], context: RunContext) => unknown,
    check?: (context: RunContext, output: never) => Promise<StepVerdict>,
  ): Step<RunContext> =>
    step(name, async (context, attempt) => shape(await sparks.phase(name, context, attempt), context), check)
  return [
    phase('extract', (told) => ({ ...told, ...sparks.described(), parts: [], vanished: null, emptyIsNull: false })),
    phase('check', (told) => ({
      ...told,
      good: { file: '', ...told.good },
      quarantine: { file: '', ...told.quarantine },
      quarantinedKeys: '',
    })),
    phase('land', (told) => ({ ...told, changes: null, landedFile: null })),
    phase('transform', (told) => told, changedOrSkipped),
    phase('aggregate', (told) => told, changedOrSkipped),
    step('commit', (context, attempt) => commitStep(sparks, context, attempt), EVIDENCE.commit),
    { ...step('publish', (context, attempt) => publishStep(context, attempt.previous)), isPastReturn: true },
  ]
}

function step(
  name: StepName,
  run: (context: RunContext, attempt: Attempt) => Promise<unknown>,
  check?: (context: RunContext, output: never) => Promise<StepVerdict>,
): Step<RunContext> {
  return {
    name,
    run,
    ...(check ? { check: (context: RunContext, output: unknown) => check(context, output as never) } : {}),
  }
}

async function changedOrSkipped(_: RunContext, { changed }: DeriveOutput): Promise<StepVerdict> {
  return changed.length > 0 ? 'succeeded' : 'skipped'
}

/** One run's application, started when the first phase is asked for, and again where it has ended. */
class SparkRun {
  readonly #desk: SparkDesk
  #running: Application | undefined
  #described: Pick<ExtractOutput, 'columns' | 'found'> | undefined

  constructor(desk: SparkDesk) {
    this.#desk = desk
  }

  described(): Pick<ExtractOutput, 'columns' | 'found'> {
    return this.#described!
  }

  async phase<Name extends keyof Phases>(name: Name, context: RunContext, attempt: Attempt): Promise<Phases[Name]> {
    try {
      this.#running ??= await this.#begin(name, context, attempt)
      return (await this.#running.phase(name, attempt.signal)) as Phases[Name]
    } catch (error) {
      await this.#running?.end()
      this.#running = undefined
      if (error instanceof BlotterError && error.code === 'run_held' && error.todo === '') {
        const { guard, ...numbers } = error.context
        holdRun(context, String(guard), error.message, numbers)
      }
      throw error
    }
  }

  async #begin(from: StepName, context: RunContext, { signal, previous, released }: Attempt): Promise<Application> {
    const { source, pipeline, lake } = context
    requireMysql(source.url)
    const description = await source.describe(signal)
    requireKey(context, description.primaryKey)
    const columns = sourceColumnsOf(source.url, bindColumns(pipeline.source, description.columns, context.mapping))
    await holdIfColumnsChanged({ ...context, released: context.released || released }, columns)
    this.#described = { columns, found: description.columns }
    const plan = this.#desk.plan({ url: source.url, ...description })
    const names = tableNames(pipeline)
    const { finished } = await settleBranches(lake, names, {
      now: context.clock.now(),
      assertHeld: context.assertHeld,
      spared: context.run,
    })
    for (const run of finished) context.notice(`What run ${run} had begun to publish is published now.`)
    await prepareTables(context)
    return this.#desk.submit(plan, source.url, {
      run: context.run,
      batchAt: context.batchAt,
      processedAt: context.startedAt.toISOString(),
      full: context.full,
      released: context.released || released,
      folder: join(context.folder, 'spark'),
      from,
      previous,
    })
  }
}

/** Makes the tables that are missing, so that they are the same whichever engine fills them. */
async function prepareTables(context: RunContext): Promise<void> {
  const { lake, clock } = context
  const swaps = []
  for (const spec of tableSpecs(context.pipeline)) {
    const table = await openTable(lake, spec)
    if (holdsOf(table).length > 0 || liftedOf(table).length > 0) throw held(spec.name)
    if (evolvedSchema(table, spec.schema)) throw evolved(spec.name)
    const { properties } = table.metadata
    const merging = Object.entries(SPARK_WRITES).every(([name, value]) => properties[name] === value)
    if (table.metadataLocation !== null && merging) continue
    const ready = withMetadata(table, { properties: { ...properties, ...SPARK_WRITES } }, clock.now())
    swaps.push(await writeMetadata(lake.storage, ready, context.run))
  }
  await lake.catalog.commit(swaps)
}

function held(table: string): BlotterError {
  const message = `A restore holds rows of ${table}, and the Spark engine does not know of holds. Nothing was begun.`
  return new BlotterError('unsupported', message, {
    todo: 'Leave batches to `--engine duckdb` while it does, or let it hold no longer: `blotter restore --lift`, then one such batch.',
    context: { table },
  })
}

function evolved(table: string): BlotterError {
  const message = `The pipeline declares other columns for ${table} than the lake has, and the Spark engine changes no columns.`
  return new BlotterError('unsupported', `${message} Nothing was begun.`, {
    todo: 'Make one batch with `--engine duckdb`, which changes them; from then on both do.',
    context: { table },
  })
}

async function commitStep(sparks: SparkRun, context: RunContext, attempt: Attempt): Promise<CommitOutput> {
  const { lake, pipeline, run, batchAt } = context
  const extracted = attempt.previous['extract'] as ExtractOutput
  const checked = attempt.previous['check'] as CheckedRows
  const landed = attempt.previous['land'] as LandOutput
  const names = tableNames(pipeline)
  const counted = new Map<string, number>()
  // After a crash between the commit and the note of it, the catalog knows better than the state database.
  if (!(await isCommitted(context))) {
    const { tables } = await sparks.phase('commit', context, attempt)
    for (const { name, rows } of tables) counted.set(name, rows)
    await publishBranches(lake, names, { run, batchAt }, { now: context.clock.now(), assertHeld: context.assertHeld })
  }
  const tables = []
  for (const spec of tableSpecs(pipeline)) {
    const table = await openTable(lake, spec)
    const snapshot = tagsOf(table).get(batchAt) ?? snapshotOf(table)!
    const rows = counted.get(spec.name) ?? (await planScan(lake.storage, table, snapshot)).rows
    await saveStaged(context.folder, { table, rows, changed: snapshot.summary['blotter.run'] === run })
    tables.push({ name: spec.name, snapshot_id: String(snapshot['snapshot-id']), rows })
  }
  return {
    kind: extracted.mode,
    rows: {
      read: checked.read,
      landed: landed.landed,
      unchanged: landed.unchanged,
      quarantined: checked.quarantine.rows,
      swept: extracted.swept,
    },
    tables,
  }
}
