import { sleep } from '../../clock.ts'
import { asBlotterError, BlotterError } from '../../errors.ts'
import type { HeldRecord } from '../../state/run-rows.ts'
import { type Attempted, makeAttempt } from './attempt.ts'
import type { RunEvent } from './event.ts'
import type { Journal, RunEnd } from './journal.ts'
import { retryDelayMs, type RetryPolicy } from './retry.ts'
import type { Step } from './step.ts'
import { stopwatch } from './stopwatch.ts'

/** What one go of a run's steps shares. */
export interface Performance<Context> {
  context: Context
  journal: Journal
  tell(event: RunEvent): void
  signal: AbortSignal
  /** Grows with each step that finishes. */
  outputs: Record<string, unknown>
  released: boolean
  retry: RetryPolicy
  random: () => number
  graceMs: number
}

type End = Omit<RunEnd, 'seconds'>

/** Does a step, with as many attempts as the policy grants; returns how the run ends if the step does not finish. */
export async function performStep<Context>(step: Step<Context>, go: Performance<Context>): Promise<End | undefined> {
  const { journal } = go
  const signal = step.isPastReturn ? withoutRequests(go.signal) : go.signal
  const elapsed = stopwatch()
  if (signal.aborted) return stoppedEnd(asBlotterError(signal.reason))
  for (let failures = 1; ; failures++) {
    const number = journal.startAttempt(step.name)
    const tell = (told: Omit<Extract<RunEvent, { type: 'step' }>, 'type' | 'step' | 'attempt' | 'seconds'>): void =>
      go.tell({ type: 'step', step: step.name, attempt: number, seconds: elapsed(), ...told })
    tell({ state: 'running' })
    const result = await attempted(step, { ...go, signal }, number)
    if (!(result instanceof BlotterError)) {
      const { verdict, output } = result
      journal.endStep(step.name, { state: verdict, seconds: elapsed(), output, attempt: { number, state: verdict } })
      tell({ state: verdict })
      if (verdict === 'terminated') return { state: 'terminated', error: endedByStep(step.name) }
      go.outputs[step.name] = JSON.parse(output)
      return undefined
    }
    const end = endAfter(result, step.name, failures, { ...go, signal })
    if (end !== undefined) {
      const state = end.state === 'failed' || end.state === 'terminated' ? end.state : 'queued'
      const attempt = { number, state: end.state === 'failed' ? 'failed' : 'terminated', error: result } as const
      journal.endStep(step.name, { state, seconds: elapsed(), attempt })
      tell({ state, error: result })
      return end
    }
    const retryInMs = retryDelayMs(go.retry, failures, go.random)
    journal.endAttempt(step.name, { number, state: 'failed', error: result })
    tell({ state: 'failed', error: result, retryInMs })
    const stopped = await sleep(retryInMs, signal).then(() => undefined, asBlotterError)
    if (stopped !== undefined) {
      const stopEnd = stoppedEnd(stopped)
      journal.endStep(step.name, { state: stopEnd.state === 'terminated' ? 'terminated' : 'queued', seconds: elapsed() })
      return stopEnd
    }
  }
}

async function attempted<Context>(
  step: Step<Context>,
  go: Performance<Context>,
  number: number,
): Promise<Attempted | BlotterError> {
  const { context, signal, outputs: previous, released, graceMs } = go
  try {
    return await makeAttempt(step, context, { signal, previous: { ...previous }, number, released }, graceMs)
  } catch (error) {
    return asBlotterError(error)
  }
}

/** How the run ends by this failure; undefined if there is to be another attempt. */
function endAfter<Context>(error: BlotterError, step: string, failures: number, go: Performance<Context>): End | undefined {
  if (go.signal.aborted) return stoppedEnd(asBlotterError(go.signal.reason))
  if (error.code === 'run_held') return { state: 'held', held: heldRecord(error, step), error }
  if (error.remedy === 'retry' && failures < go.retry.maxAttempts) return undefined
  return { state: 'failed', error }
}

/** The same signal, without what a person asks for: only an interruption or a lost lease stops what must be carried to its end. */
function withoutRequests(signal: AbortSignal): AbortSignal {
  const rest = new AbortController()
  const pass = (): void => {
    if (asBlotterError(signal.reason).code !== 'run_terminated') rest.abort(signal.reason)
  }
  if (signal.aborted) pass()
  signal.addEventListener('abort', pass, { once: true, signal: rest.signal })
  return rest.signal
}

function stoppedEnd(error: BlotterError): End {
  return { state: error.code === 'run_terminated' ? 'terminated' : 'queued', error }
}

function heldRecord(error: BlotterError, step: string): HeldRecord {
  const { guard = step } = error.context
  return { guard: String(guard), step, message: error.message, todo: error.todo }
}

function endedByStep(step: string): BlotterError {
  return new BlotterError('run_terminated', `Step ${step} found that this run must end. No later step was started.`, {
    todo: 'Look at `blotter runs show` for what it found.',
    context: { step },
  })
}
