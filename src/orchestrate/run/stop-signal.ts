import { BlotterError, interrupted } from '../../errors.ts'
import type { Journal } from './journal.ts'

/** How soon a run in one process notices that another process asked for its end. */
const LOOK_EVERY_MS = 500

/**
 * One signal for every reason to stop a run, whose own reason is a BlotterError: `interrupted` (the caller's signal),
 * `lease_lost`, or `run_terminated` (asked for by `blotter runs terminate`).
 */
export function stopSignal(signal: AbortSignal, lost: AbortSignal, journal: Journal): Disposable & { signal: AbortSignal } {
  const stop = new AbortController()
  const interrupt = (): void => {
    const { reason } = signal
    stop.abort(reason instanceof BlotterError ? reason : interrupted(reason))
  }
  const lose = (): void => stop.abort(lost.reason)
  if (signal.aborted) interrupt()
  if (lost.aborted) lose()
  signal.addEventListener('abort', interrupt, { once: true })
  lost.addEventListener('abort', lose, { once: true })
  const timer = setInterval(() => {
    if (isRequested(journal)) stop.abort(terminated())
  }, LOOK_EVERY_MS)
  timer.unref()
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      clearInterval(timer)
      signal.removeEventListener('abort', interrupt)
      lost.removeEventListener('abort', lose)
    },
  }
}

function isRequested(journal: Journal): boolean {
  try {
    return journal.isTerminateRequested()
  } catch {
    // The next look will tell; a step that works is no worse for one that failed.
    return false
  }
}

export function terminated(): BlotterError {
  return new BlotterError('run_terminated', 'The run was terminated on request. Nothing was committed.', {
    todo: 'Start a new run with `blotter run` when you want one.',
  })
}
