import type { Alert, AlertEvent } from '../model/alert.ts'
import type { Story } from './story.ts'
import { accountChanged } from './account-stories.ts'
import { forecast, missed } from './late-stories.ts'
import { digest, failed, held, recovered } from './run-stories.ts'
import { rotated, rotationFailed } from './secret-stories.ts'

/** An alert in words. */
export function storyOf(alert: Alert): Story {
  switch (alert.event) {
    case 'deadline_missed':
      return missed(alert)
    case 'deadline_forecast':
      return forecast(alert)
    case 'run_failed':
      return failed(alert)
    case 'run_held':
      return held(alert)
    case 'recovered':
      return recovered(alert)
    case 'digest':
      return digest(alert)
    case 'secret_rotated':
      return rotated(alert)
    case 'rotation_failed':
      return rotationFailed(alert)
    case 'account_changed':
      return accountChanged(alert)
  }
}

/** When it is told again. */
export function toldAgain(event: AlertEvent): string {
  if (event === 'deadline_missed' || event === 'run_failed' || event === 'run_held')
    return 'It says so when a run succeeds again.'
  return event === 'digest' ? '`alerts.digest` says how often.' : ''
}
