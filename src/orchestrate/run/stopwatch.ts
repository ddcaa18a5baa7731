import { monotonicSeconds } from '../../clock.ts'

/** Starts a stopwatch; each call of what it returns says the seconds since, to the millisecond. */
export function stopwatch(): () => number {
  const began = monotonicSeconds()
  return () => Math.round((monotonicSeconds() - began) * 1000) / 1000
}
