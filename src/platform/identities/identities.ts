import type { Clock } from '../../clock.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { identityExists, type Identity, openIdentity } from '../../state/identity/identity.ts'
import { type OwnersTold, tellOwners } from './owners-told.ts'

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

export function identities(parts: OwnersTold & { clock: Clock; pipeline: Pick<Pipeline, 'name'> }): Identities {
  const { config, clock, pipeline } = parts
  let identity: Identity | undefined
  const open = (): Identity =>
    (identity ??= tellOwners({ ...openIdentity(config.state, clock), words: [pipeline.name] }, parts))
  return {
    open,
    existing: () => (identity || identityExists(config.state) ? open() : undefined),
    close: () => identity?.close(),
  }
}
