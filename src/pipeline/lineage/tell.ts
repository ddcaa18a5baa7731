import type { Clock } from '../../clock.ts'
import type { Engine } from '../../engine/engine.ts'
import { asBlotterError } from '../../errors.ts'
import { batchEventsLocation, keepEvents, replaceEvents, runEventsLocation } from '../../lineage/event-log.ts'
import { eventsOf } from '../../lineage/events.ts'
import { enqueue, postWaiting } from '../../lineage/outbox.ts'
import type { Ended } from '../../lineage/run-facts.ts'
import type { OpenLineageConfig } from '../../model/configuration.ts'
import { listRuns, type RunRecord, showRun } from '../../orchestrate/run/runs.ts'
import { isToldOf, markToldOf } from '../../state/lineage-rows.ts'
import type { State } from '../../state/state.ts'
import { readSteps } from '../../state/step-rows.ts'
import type { RunContext } from '../batch/context.ts'
import { tableNames } from '../definition/tables.ts'
import { loadStaged } from '../batch/work-files.ts'
import { type LineageSetup, runFacts } from './run-facts.ts'

/** What telling of runs needs beside a run. */
export interface LineageDesk extends Omit<LineageSetup, 'namespace'> {
  state: State
  clock: Clock
  openLineage: OpenLineageConfig
}

/** Writes the events of the batch that was just committed into the lake, once, and puts them into the outbox. */
export async function tellOfBatch(context: RunContext, outputs: Readonly<Record<string, unknown>>): Promise<void> {
  const { lake, pipeline, batchAt, clock, engine, openLineage } = context
  const events = await keepEvents(lake.storage, batchEventsLocation(lake.location, batchAt), async () => {
    const names = tableNames(pipeline)
    const staged = new Map(
      await Promise.all(names.map(async (name) => [name, await loadStaged(context.folder, name)] as const)),
    )
    const ended: Ended = { endedAt: clock.now().toISOString(), end: 'COMPLETE' }
    const setup = { ...context, namespace: openLineage.namespace }
    return eventsOf(await runFacts(setup, { record: context.record(), outputs, ended, staged }, engine))
  })
  context.enqueue(events)
}

/** Runs that are looked at for ends that nobody has told of: those of a process that died, too. */
const MAX_RUNS = 100

/**
 * Writes the events of runs that failed, were terminated or are held, each end of each run once, and puts them into the
 * outbox where there is an endpoint. A run that goes on after that ends again, under the same ids.
 */
async function tellOfEndedRuns(desk: LineageDesk, engine: Engine): Promise<void> {
  const ended = listRuns(desk.state, { states: ['failed', 'terminated', 'held'], limit: MAX_RUNS })
  for (const run of ended.toReversed()) {
    const mark = { run: run.run, state: run.state, endedAt: run.finished_at ?? run.started_at }
    if (isToldOf(desk.state.database, mark)) continue
    await tellOfEnd(desk, engine, run)
    markToldOf(desk.state.database, mark)
  }
}

async function tellOfEnd(desk: LineageDesk, engine: Engine, run: RunRecord): Promise<void> {
  const { state, lake, openLineage } = desk
  const record = showRun(state, run.run)
  const outputs = Object.fromEntries(readSteps(state.database, run.run).map((step) => [step.name, step.output]))
  const error = run.held ? { code: 'run_held', message: run.held.message } : run.error
  const ended: Ended = {
    endedAt: run.finished_at ?? run.started_at,
    end: run.state === 'failed' ? 'FAIL' : 'ABORT',
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  }
  const setup = { ...desk, namespace: openLineage.namespace }
  const events = eventsOf(await runFacts(setup, { record, outputs, ended, staged: new Map() }, engine))
  await replaceEvents(lake.storage, runEventsLocation(lake.location, run.batch_at, run.run, run.state), events)
  if (openLineage.url !== undefined) enqueue(state.database, events)
}

/**
 * What is done about lineage when a run has ended: ends are told of, and what waits is posted within two seconds. Nothing
 * that fails here changes how the run ended; `notice` is told of it.
 */
export async function afterRun(
  desk: LineageDesk,
  engine: Engine,
  watch: { signal: AbortSignal; onNotice(message: string): void },
): Promise<void> {
  try {
    await tellOfEndedRuns(desk, engine)
    const { url, apiKey } = desk.openLineage
    if (url === undefined || watch.signal.aborted) return
    const { problem, waiting, refused } = await postWaiting(desk.state.database, { url, apiKey }, { signal: watch.signal })
    if (refused > 0)
      watch.onNotice(`${url} refused ${refused} lineage events; they are kept in the lake, under lineage/events.`)
    if (problem !== undefined) {
      watch.onNotice(`Lineage events could not be posted to ${url}: ${problem}. ${waiting} wait for the next run.`)
    }
  } catch (error) {
    watch.onNotice(`Lineage could not be told: ${asBlotterError(error).message}`)
  }
}
