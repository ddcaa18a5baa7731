import { sleep } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'

/** A bounded queue: so many work at once, so many wait, and none for ever. */
export interface Places {
  /** Resolves when a place is free. Throws `queries_full` if too many wait, or it takes too long, and the signal's reason. */
  take(signal: AbortSignal): Promise<Disposable>
}

export interface PlacesOptions {
  working: number
  waiting: number
  waitMs: number
}

/** When whoever was turned away may ask again, in the answer’s Retry-After. */
const RETRY_SECONDS = 5

export function createPlaces({ working, waiting, waitMs }: PlacesOptions): Places {
  let taken = 0
  const line: (() => void)[] = []
  const leave = (): void => {
    const next = line.shift()
    if (next) next()
    else taken -= 1
  }
  const place = (): Disposable => {
    let left = false
    return {
      [Symbol.dispose]() {
        if (!left) leave()
        left = true
      },
    }
  }
  return {
    async take(signal) {
      signal.throwIfAborted()
      if (taken < working) {
        taken += 1
        return place()
      }
      if (line.length >= waiting) throw full(`${waiting} queries wait already`)
      await new Promise<void>((resolve, reject) => {
        const stop = new AbortController()
        const turn = (): void => {
          stop.abort()
          resolve()
        }
        line.push(turn)
        sleep(waitMs, AbortSignal.any([signal, stop.signal])).then(
          () => giveUp(full(`the query has waited for ${waitMs / 1000} seconds`)),
          () => giveUp(signal.reason),
        )
        const giveUp = (reason: unknown): void => {
          const at = line.indexOf(turn)
          if (at >= 0) line.splice(at, 1)
          // Whose turn has come has resolved already.
          reject(reason as Error)
        }
      })
      return place()
    },
  }
}

function full(why: string): BlotterError {
  return new BlotterError('queries_full', `No query can be taken now: ${why}.`, {
    todo: 'Try again in a moment, or cancel one of yours.',
    context: { retry_after_seconds: RETRY_SECONDS },
  })
}
