import type { Clock } from '../../clock.ts'
import { identityExists, type Identity, openIdentity } from '../../state/identity/identity.ts'

/** The file of identities, opened when it is first asked for. */
export interface Identities {
  /** Makes it where it is missing. */
  open(): Identity
  /** Undefined where there is none. */
  existing(): Identity | undefined
  close(): void
}

/** Who acts when a verb is typed: whoever may write the state folder. */
export const COMMAND_LINE = 'command line'

export function identities({ config, clock }: { config: { state: string }; clock: Clock }): Identities {
  let identity: Identity | undefined
  const open = (): Identity => (identity ??= openIdentity(config.state, clock))
  return {
    open,
    existing: () => (identity || identityExists(config.state) ? open() : undefined),
    close: () => identity?.close(),
  }
}
