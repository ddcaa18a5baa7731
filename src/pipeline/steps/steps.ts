import type { StepName } from '../../model/report.ts'
import type { Attempt, Step, StepVerdict } from '../../orchestrate/run/step.ts'
import type { CheckedRows } from '../../quality/check.ts'
import type { RunContext } from '../batch/context.ts'
import { checkStep } from './check.ts'
import { commitStep } from './commit.ts'
import { EVIDENCE } from './evidence.ts'
import { type ExtractOutput, extractStep } from './extract.ts'
import { stepFailure } from './failure.ts'
import { type LandOutput, landStep } from './land.ts'
import { publishStep } from './publish.ts'
import { checkRestored, extractRestore } from './restore.ts'
import { aggregateStep, transformStep } from './transform.ts'

/** The seven steps of a run over a source; a restore has its rows from the lake, and then is like any other. */
export function batchSteps(): Step<RunContext>[] {
  return [
    step(
      'extract',
      (context, { signal }) => (context.restore ? extractRestore(context, context.restore) : extractStep(context, signal)),
      EVIDENCE.extract,
    ),
    step(
      'check',
      (context, attempt) => {
        const { restored } = extracted(attempt)
        return restored ? checkRestored(context, restored) : checkStep(context, extracted(attempt))
      },
      EVIDENCE.check,
    ),
    step('land', (context, attempt) => landStep(context, extracted(attempt), checked(attempt)), EVIDENCE.land),
    step('transform', (context, attempt) => transformStep(context, landed(attempt)), EVIDENCE.derive),
    step('aggregate', (context) => aggregateStep(context), EVIDENCE.derive),
    step(
      'commit',
      (context, attempt) => commitStep(context, extracted(attempt), checked(attempt), landed(attempt)),
      EVIDENCE.commit,
    ),
    // The batch is there: a run that ended now would be called terminated, and would have committed.
    { ...step('publish', (context, attempt) => publishStep(context, attempt.previous)), isPastReturn: true },
  ]
}

const extracted = (attempt: Attempt): ExtractOutput => attempt.previous['extract'] as ExtractOutput
const checked = (attempt: Attempt): CheckedRows => attempt.previous['check'] as CheckedRows
const landed = (attempt: Attempt): LandOutput => attempt.previous['land'] as LandOutput

/** A step that stops the engine when it is told to stop itself, and is judged by evidence where there is any. */
function step<Output>(
  name: StepName,
  work: (context: RunContext, attempt: Attempt) => Promise<Output>,
  evidence?: (context: RunContext, output: Output) => Promise<StepVerdict>,
): Step<RunContext> {
  return {
    name,
    ...(evidence ? { check: (context: RunContext, output: unknown) => evidence(context, output as Output) } : {}),
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
