import { BlotterError } from '../../errors.ts'
import type { Alert } from '../../model/alert.ts'
import type { State } from '../../state/state.ts'
import { rotating, type RotationOutcome } from '../secrets/rotating.ts'
import { tellPeople, type Telling } from './telling.ts'
import { runAlerts } from './watcher.ts'

type Rotating = Parameters<typeof rotating>[0]

/** The verbs that renew secrets; of one that is renewed by hand, or could not be, people are told as of one that was due. */
export function rotatingTold(parts: Rotating, state: () => State) {
  const { config, clock } = parts
  const verbs = rotating(parts)
  const tell = async (secret: string, alert: Alert): Promise<void> => {
    const alerts = runAlerts(config, state)
    if (alerts.wishes.channels.length === 0) return
    tellPeople({ config, clock, state }, { subject: secret, occasion: clock.now().toISOString() }, alert)
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

/** Renews the secrets that are due and tells people of each: of one that fails every hour, once a day. */
export async function renewDue(telling: Telling, rotateDue: () => Promise<RotationOutcome[]>): Promise<void> {
  for (const outcome of await rotateDue()) {
    const { secret } = outcome
    const occasion = telling.clock.now().toISOString()
    if (outcome.type === 'secret_rotated') {
      const { nextAt } = outcome
      tellPeople(telling, { subject: secret, occasion }, { event: 'secret_rotated', secret, by: 'schedule', nextAt })
      continue
    }
    const { code, message, todo } = outcome.error
    // The error of a step says itself which account goes on working.
    const working = outcome.step === null ? `${outcome.working} goes on working.` : ''
    const step = outcome.step ?? 'none'
    const alert: Alert = { event: 'rotation_failed', secret, step, error: { code, message, todo }, working }
    tellPeople(telling, { subject: secret, occasion: occasion.slice(0, 10) }, alert)
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
