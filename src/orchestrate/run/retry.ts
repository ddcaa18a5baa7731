/** How often and how late a failed step is tried again; only errors whose remedy is `retry` are. */
export interface RetryPolicy {
  /** Attempts in one go, the first included. */
  maxAttempts: number
  /** The longest wait after the first failure; doubles with each one. */
  baseMs: number
  /** No wait is longer. */
  capMs: number
}

/** Three attempts, waits of up to 1 and 2 seconds. */
export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 3, baseMs: 1000, capMs: 60_000 }

/**
 * How long to wait after the given number of failures (1 or more): exponential backoff with equal jitter, so that those
 * who failed together do not come back together, yet never at once. `random` is as of Math.random.
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: () => number): number {
  const longestMs = Math.min(policy.capMs, policy.baseMs * 2 ** (failures - 1))
  return longestMs / 2 + (longestMs / 2) * random()
}
