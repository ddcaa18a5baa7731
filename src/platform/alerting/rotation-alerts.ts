import { BlotterError } from '../../errors.ts'
import type { Alert } from '../../model/alert.ts'
import { raiseAlert } from '../../orchestrate/raise.ts'
import type { State } from '../../state/state.ts'
import { runAlerts } from './watcher.ts'
import { rotating } from '../secrets/rotating.ts'

type Rotating = Parameters<typeof rotating>[0]

/** The verbs that renew secrets; of one that is renewed by hand, or could not be, people are told as of one that was due. */
export function rotatingTold(parts: Rotating, state: () => State) {
  const { config, clock } = parts
  const verbs = rotating(parts)
  const tell = async (secret: string, alert: Alert): Promise<void> => {
    const alerts = runAlerts(config, state)
    if (alerts.wishes.channels.length === 0) return
    const at = clock.now()
    raiseAlert(state().database, { subject: secret, occasion: at.toISOString() }, alert, at, alerts.wishes.channels)
    await alerts.settle()
  }
  /** That people cannot be told changes nothing of what was done. */
  const told = (secret: string, alert: Alert): Promise<void> => tell(secret, alert).catch(() => {})
  return {
    ...verbs,
    async secretRotate(...[secret, options]: Parameters<typeof verbs.secretRotate>) {
      try {
        const report = await verbs.secretRotate(secret, options)
        await told(secret, { event: 'secret_rotated', secret, by: 'hand', nextAt: report.next_at })
        return report
      } catch (error) {
        if (error instanceof BlotterError && error.code === 'rotation_failed') await told(secret, failureOf(secret, error))
        throw error
      }
    },
  }
}

function failureOf(secret: string, { code, message, todo, context }: BlotterError): Alert {
  // The message says already that the account in use goes on working.
  return {
    event: 'rotation_failed',
    secret,
    step: String(context['step'] ?? 'none'),
    error: { code, message, todo },
    working: '',
  }
}
