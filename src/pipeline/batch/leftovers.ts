import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { viewLake } from '../../history/as-of.ts'
import { bearsLabel } from '../../lake/write/file-label.ts'
import { canonicalLocation } from '../../lake/location.ts'
import { sweepOrphans, type Swept } from '../../lake/upkeep/orphans.ts'
import type { Table } from '../../lake/table.ts'
import { listRuns, showRun } from '../../orchestrate/run/runs.ts'
import type { State } from '../../state/state.ts'
import type { Leftovers, RunContext } from './context.ts'
import { sweepSpills } from './spills.ts'
import { tableNames } from '../definition/tables.ts'

/** Looks for leftovers once `run` has committed, so that earlier runs that failed or were interrupted cannot go on. */
export async function findLeftovers(state: State, run: string): Promise<Leftovers> {
  const held = heldRuns(state)
  const folders = await readdir(runsFolder(state)).catch(() => [])
  return {
    retried: showRun(state, run).steps.some((step) => step.attempts > 1),
    dead: folders.filter((name) => name !== run && !held.includes(name)),
    held,
  }
}

/** In a lake that was copied, tables still name the folder of the first one, whose files are not ours to remove. */
export function liesIn(lake: { location: string }, table: Table): boolean {
  return canonicalLocation(table.metadata.location).startsWith(`${canonicalLocation(lake.location)}/`)
}

/** Runs that wait for a decision. */
export function heldRuns(state: State): string[] {
  return listRuns(state, { states: ['held'], limit: 1000 }).map((row) => row.run)
}

export function runFolder(state: State, run: string): string {
  return join(runsFolder(state), run)
}

/** Another writer's files are young while it works towards its commit. */
export const GRACE_MS = 3_600_000

/**
 * Removes what dead processes have spilled, and what runs that came to nothing have left in the pipeline's tables and in the
 * state folder: of these nothing without a trace of such a run. Files of held runs stay, and for an hour those of unknown makers, who may be at work.
 */
export async function sweepLeftovers(context: RunContext): Promise<Swept> {
  await sweepSpills(join(context.folder, '..', '..'), context.clock.now())
  const { retried, dead, held } = await context.leftovers()
  if (!retried && dead.length === 0) return { files: 0, sizeBytes: 0 }
  const { tables } = await viewLake(context.lake)
  const own = new Set(tableNames(context.pipeline))
  const youngest = context.clock.now().getTime() - GRACE_MS
  const swept = await sweepOrphans({
    storage: context.lake.storage,
    tables,
    swept: tables.filter((table) => own.has(table.name) && liesIn(context.lake, table)),
    mayRemove: ({ location, modifiedMs }) => {
      context.assertHeld()
      if (held.some((run) => bearsLabel(location, run))) return false
      return modifiedMs < youngest || [context.run, ...dead].some((run) => bearsLabel(location, run))
    },
  })
  // Last, since these folders are what tells the next run that there is something to sweep.
  for (const run of dead) await rm(join(context.folder, '..', run), { recursive: true, force: true })
  return swept
}

function runsFolder(state: State): string {
  return join(state.folder, 'runs')
}
