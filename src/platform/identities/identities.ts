import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { Pipeline } from '../../model/pipeline.ts'
import { identityExists, type Identity, openIdentity } from '../../state/identity/identity.ts'
import { type OwnersTold, ownersTold } from './owners-told.ts'

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

/** Each act is a line of the log too, so that whoever collects it has a copy that nobody here can change. */
export function identities(parts: OwnersTold & { clock: Clock; pipeline: Pick<Pipeline, 'name'> }, log: Log): Identities {
  const { config, clock, pipeline } = parts
  const opened = (): Identity => {
    const made: Identity = { ...openIdentity(config.state, clock), words: [pipeline.name] }
    const tell = ownersTold(made, parts)
    made.heard = (act) => {
      log.info({ ...act }, 'act')
      tell(act)
    }
    return made
  }
  let identity: Identity | undefined
  const open = (): Identity => (identity ??= opened())
  return {
    open,
    existing: () => (identity || identityExists(config.state) ? open() : undefined),
    close: () => identity?.close(),
  }
}
