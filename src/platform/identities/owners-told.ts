import type { Config } from '../../model/configuration.ts'
import { raiseAlert } from '../../orchestrate/watch/raise.ts'
import type { Act, Identity } from '../../state/identity/identity.ts'
import { noticeOf } from '../../state/identity/notices.ts'
import type { State } from '../../state/state.ts'
import { runAlerts } from '../alerting/watcher.ts'

export interface OwnersTold {
  config: Config
  state(): State
  /** Sees to it that what waits is sent; by default by another process. */
  watch?(): void
}

/** Has the owners of accounts told by mail of what is done to them, where there is mail. That nobody can be told changes nothing. */
export function ownersTold(identity: Identity, parts: OwnersTold): (act: Act) => void {
  const { config, state, watch = runAlerts(config, state).watch } = parts
  if (config.alerts.email === undefined) return () => {}
  return (act) =>
    // Once the transaction is over that the act is in.
    queueMicrotask(() => {
      try {
        const notice = noticeOf(identity, act)
        if (notice === undefined) return
        const at = identity.clock.now()
        const told = { subject: notice.to, occasion: `${notice.change} ${at.toISOString()}` }
        if (raiseAlert(state().database, told, notice, at, ['email'])) watch()
      } catch {
        // The log of acts has it all the same.
      }
    })
}
