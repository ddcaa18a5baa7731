import { BATCHES_TABLE } from '../../history/ledger.ts'
import { loadTable, tagsOf } from '../../lake/table.ts'
import type { StepName } from '../../model/report.ts'
import type { Attempt, Step } from '../../orchestrate/step.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../context.ts'
import { checkStep } from './check.ts'
import { commitStep } from './commit.ts'
import { type ExtractOutput, extractStep } from './extract.ts'
import { stepFailure } from './failure.ts'
import { type LandOutput, landStep } from './land.ts'
import { publishStep } from './publish.ts'
import { checkRestored, extractRestore } from './restore.ts'
import { aggregateStep, type DeriveOutput, transformStep } from './transform.ts'

/** The seven steps of a run over a source (DESIGN section 3); a restore has its rows from the lake, and then is like any other. */
export function batchSteps(): Step<RunContext>[] {
  return [
    step('extract', (context, { signal }) => (context.restore ? extractRestore(context, context.restore) : extractStep(context, signal))),
    step('check', (context, attempt) => {
      const { restored } = extracted(attempt)
      return restored ? checkRestored(context, restored) : checkStep(context, extracted(attempt))
    }),
    step('land', (context, attempt) => landStep(context, extracted(attempt), checked(attempt))),
    { ...step('transform', (context, attempt) => transformStep(context, landed(attempt))), check: skippedIfNothingChanged },
    { ...step('aggregate', (context) => aggregateStep(context)), check: skippedIfNothingChanged },
    {
      ...step('commit', (context, attempt) => commitStep(context, extracted(attempt), checked(attempt), landed(attempt))),
      check: async (context) =>
        (await isCommitted(context)) ? 'succeeded' : { failed: 'The catalog does not have the batch.' },
    },
    step('publish', (context, attempt) => publishStep(context, attempt.previous)),
  ]
}

const extracted = (attempt: Attempt): ExtractOutput => attempt.previous['extract'] as ExtractOutput
const checked = (attempt: Attempt): CheckedRows => attempt.previous['check'] as CheckedRows
const landed = (attempt: Attempt): LandOutput => attempt.previous['land'] as LandOutput

/** A step that stops the engine when it is told to stop itself. */
function step(name: StepName, work: (context: RunContext, attempt: Attempt) => Promise<unknown>): Step<RunContext> {
  return {
    name,
    run: async (context, attempt) => {
      const interrupt = (): void => context.engine.interrupt()
      attempt.signal.addEventListener('abort', interrupt, { once: true })
      try {
        return await work({ ...context, released: context.released || attempt.released }, attempt)
      } catch (error) {
        throw stepFailure(name, context, error)
      } finally {
        attempt.signal.removeEventListener('abort', interrupt)
      }
    },
  }
}

async function skippedIfNothingChanged(_context: RunContext, output: unknown): Promise<'succeeded' | 'skipped'> {
  return (output as DeriveOutput).changed.length > 0 ? 'succeeded' : 'skipped'
}

/** Whether the catalog has the batch: it knows better than the state database after a crash between the two. */
export async function isCommitted(context: RunContext): Promise<boolean> {
  const entry = await context.lake.catalog.entry(BATCHES_TABLE)
  if (!entry) return false
  return tagsOf(await loadTable(context.lake.storage, BATCHES_TABLE, entry.metadataLocation)).has(context.batchAt)
}
