import { sleep } from '../clock.ts'
import { BlotterError } from '../errors.ts'

/**
 * What `work` gives, or `alert_unreachable` when it has not come to an end in time: a server that sends a byte now and then
 * passes every limit on silence. `work` gets a signal for what it can stop.
 */
export async function withinTime<Result>(
  limitMs: number,
  place: string,
  signal: AbortSignal | undefined,
  work: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController()
  const stops = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const late = async (): Promise<never> => {
    await sleep(limitMs, stops)
    throw new BlotterError(
      'alert_unreachable',
      `${place} took longer than ${limitMs / 1000} s. The alert was not sent; it waits.`,
      {
        todo: 'See that the server is well, and that nothing between here and there swallows connections.',
        context: { place, limitMs },
      },
    )
  }
  try {
    return await Promise.race([work(stops), late()])
  } finally {
    stop.abort()
  }
}
