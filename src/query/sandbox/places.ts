import { sleep } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'

/** A bounded queue: so many work at once, so many wait, and none for ever. One place is always left to other askers. */
export interface Places {
  /** Resolves when a place is free. Throws `queries_full` if too many wait, or it takes too long, and the signal's reason. */
  take(asker: string, signal: AbortSignal): Promise<Disposable>
}

export interface PlacesOptions {
  working: number
  waiting: number
  waitMs: number
}

/** When whoever was turned away may ask again, in the answer’s Retry-After. */
const RETRY_SECONDS = 5

export function createPlaces({ working, waiting, waitMs }: PlacesOptions): Places {
  // Who keeps asking for what takes long must not keep everybody else from asking.
  const mostOfOne = Math.max(1, working - 1)
  const taken: string[] = []
  const line: { asker: string; turn(): void }[] = []
  const mayTake = (asker: string): boolean =>
    taken.length < working && taken.filter((one) => one === asker).length < mostOfOne
  const place = (asker: string): Disposable => {
    taken.push(asker)
    let left = false
    return {
      [Symbol.dispose]() {
        if (left) return
        left = true
        taken.splice(taken.indexOf(asker), 1)
        const next = line.findIndex((one) => mayTake(one.asker))
        if (next >= 0) line.splice(next, 1)[0]!.turn()
      },
    }
  }
  return {
    async take(asker, signal) {
      signal.throwIfAborted()
      if (mayTake(asker)) return place(asker)
      if (line.length >= waiting) throw full(`${waiting} queries wait already`)
      return new Promise<Disposable>((resolve, reject) => {
        const stop = new AbortController()
        const waiter = {
          asker,
          turn(): void {
            stop.abort()
            resolve(place(asker))
          },
        }
        line.push(waiter)
        sleep(waitMs, AbortSignal.any([signal, stop.signal])).then(
          () => giveUp(full(`the query has waited for ${waitMs / 1000} seconds`)),
          () => giveUp(signal.reason),
        )
        const giveUp = (reason: unknown): void => {
          const at = line.indexOf(waiter)
          if (at >= 0) line.splice(at, 1)
          // Whose turn has come has resolved already.
          reject(reason as Error)
        }
      })
    },
  }
}

function full(why: string): BlotterError {
  return new BlotterError('queries_full', `No query can be taken now: ${why}.`, {
    todo: 'Try again in a moment, or cancel one of yours.',
    context: { retry_after_seconds: RETRY_SECONDS },
  })
}
