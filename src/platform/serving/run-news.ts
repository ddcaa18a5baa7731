import { watchRuns } from '../../orchestrate/run/run-watch.ts'
import type { State } from '../../state/state.ts'
import type { EventBus } from './events.ts'

/** A bus that tells of runs as well, of whichever process they are; it looks for them while somebody listens. */
export function withRunNews(bus: EventBus, parts: { stateExists(): boolean; state(): State }): EventBus {
  let listening = 0
  let stop: (() => void) | undefined
  return {
    publish: bus.publish,
    subscribe(listen) {
      const leave = bus.subscribe(listen)
      let isHere = true
      listening += 1
      stop ??= watchRuns({
        state: () => (parts.stateExists() ? parts.state() : undefined),
        onNews: (news) => bus.publish({ type: 'run', ...news }),
      })
      return () => {
        leave()
        if (!isHere) return
        isHere = false
        listening -= 1
        if (listening > 0) return
        stop?.()
        stop = undefined
      }
    },
  }
}
