import { BlotterError } from '../../errors.ts'
import type { Attempt, Step, StepVerdict } from './step.ts'

/** JSON of a step that was done, and what its evidence says. */
export interface Attempted {
  verdict: Exclude<StepVerdict, object>
  output: string
}

/** A larger output belongs into a file that the output names. */
const MAX_OUTPUT_LENGTH = 16 * 1024 * 1024

/**
 * Makes one attempt of a step within its time. When the time is over or the signal of the run is aborted, the attempt's
 * signal is; the step then has `graceMs` to settle. If it still finishes, that counts, for it is done. Throws
 * `step_timeout`, `step_stuck` (it did not settle: it may still be working), `step_unproven`, the reason of the
 * run's signal, or what the step threw.
 */
export async function makeAttempt<Context>(
  step: Step<Context>,
  context: Context,
  attempt: Attempt,
  graceMs: number,
): Promise<Attempted> {
  const stop = new AbortController()
  const stopWithRun = (): void => stop.abort(attempt.signal.reason)
  if (attempt.signal.aborted) throw attempt.signal.reason
  attempt.signal.addEventListener('abort', stopWithRun, { once: true })
  const { timeoutMs } = step
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => stop.abort(timedOut(step.name, timeoutMs)), timeoutMs)
  const grace = graceAfter(stop.signal, step.name, graceMs)
  try {
    return await Promise.race([work(step, context, { ...attempt, signal: stop.signal }), grace.over])
  } catch (error) {
    const stuck = error instanceof BlotterError && error.code === 'step_stuck'
    if (!stop.signal.aborted || (stuck && !attempt.signal.aborted)) throw error
    throw stop.signal.reason
  } finally {
    clearTimeout(timer)
    grace.cancel()
    attempt.signal.removeEventListener('abort', stopWithRun)
  }
}

async function work<Context>(step: Step<Context>, context: Context, attempt: Attempt): Promise<Attempted> {
  const output = asJson(step.name, await step.run(context, attempt))
  const verdict = step.check ? await step.check(context, JSON.parse(output), attempt) : 'succeeded'
  if (typeof verdict === 'string') return { verdict, output }
  const message = `Step ${step.name} said that it was done, but what it left says otherwise: ${verdict.failed}.`
  throw new BlotterError('step_unproven', `${message} No later step was started.`, {
    todo: 'Report this with the output of `blotter runs show`; `blotter runs resume` tries the step again.',
    context: { step: step.name, found: verdict.failed },
  })
}

function asJson(step: string, output: unknown): string {
  const json = JSON.stringify(output ?? null) ?? 'null'
  if (json.length <= MAX_OUTPUT_LENGTH) return json
  const message = `The output of step ${step} is too long: ${json.length} characters, at most ${MAX_OUTPUT_LENGTH} expected.`
  throw new BlotterError('internal', message, {
    todo: 'Report this: the step should leave a file and name it.',
    context: { step },
  })
}

/** Rejects `graceMs` after the signal is aborted; never, if it is not or if it is cancelled before. */
function graceAfter(signal: AbortSignal, step: string, graceMs: number): { over: Promise<never>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined
  let start: () => void
  const over = new Promise<never>((_, reject) => {
    start = () => {
      timer = setTimeout(() => reject(stuck(step, graceMs)), graceMs)
    }
    signal.addEventListener('abort', start, { once: true })
  })
  return {
    over,
    cancel() {
      clearTimeout(timer)
      signal.removeEventListener('abort', start)
    },
  }
}

function timedOut(step: string, timeoutMs: number): BlotterError {
  const message = `Step ${step} took longer than its limit of ${timeoutMs / 1000} s and was stopped.`
  return new BlotterError('step_timeout', message, {
    todo: 'Run `blotter runs resume` to go on from this step, with a longer limit for it if it needs one.',
    context: { step, timeoutMs },
  })
}

function stuck(step: string, graceMs: number): BlotterError {
  const message = `Step ${step} was told to stop and had not done so ${graceMs / 1000} s later; it may still be at work.`
  return new BlotterError('step_stuck', message, {
    todo: 'End this process, then run `blotter runs resume` to go on from this step.',
    context: { step },
  })
}
