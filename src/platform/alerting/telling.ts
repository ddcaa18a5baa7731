import type { Clock } from '../../clock.ts'
import type { Alert } from '../../model/alert.ts'
import type { Config } from '../../model/configuration.ts'
import { raiseAlert } from '../../orchestrate/watch/raise.ts'
import type { State } from '../../state/state.ts'
import { channelsOf } from './alerting.ts'

export interface Telling {
  config: Config
  clock: Clock
  state(): State
}

/** Stores an alert for whoever sends it; one about the same occasion is stored once. */
export function tellPeople(
  { config, clock, state }: Telling,
  identity: { subject: string; occasion: string },
  alert: Alert,
): void {
  const channels = channelsOf(config).map(({ name }) => name)
  raiseAlert(state().database, identity, alert, clock.now(), channels)
}
