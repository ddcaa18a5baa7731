import { BlotterError, interrupted } from '../../errors.ts'

/** Throws `interrupted`, or the signal's own reason where that says more, once the signal is aborted. */
export function endIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw signal.reason instanceof BlotterError ? signal.reason : interrupted(signal.reason)
}
