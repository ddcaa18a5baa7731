import type { Clock } from '../../clock.ts'
import { asBlotterError, BlotterError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import type { Config } from '../../model/configuration.ts'
import { isMysqlUrl } from '../../model/url-text.ts'
import { isRunning, type ProcessMark, thisProcess } from '../../orchestrate/process-mark.ts'
import { dueOf } from '../../secret/age.ts'
import { type Accounts, type RotationEvent, type RotationStep, rotateSecret, type TurnAccount } from '../../secret/rotate.ts'
import { rotationJournal } from '../../state/identity/rotations.ts'
import { cloneOf, type SecretParts, type SourceLogin, userOf } from './secrets.ts'

/** What happened to a secret that was to be renewed; `step` is null where it came to none. */
export type RotationOutcome =
  | { type: 'secret_rotated'; secret: string; account: string; at: string; nextAt: string }
  | {
      type: 'rotation_failed'
      secret: string
      /** Whose password was to be renewed. */
      account: string
      step: RotationStep | null
      error: BlotterError
      /** The account that is in use, and goes on working. */
      working: string
    }

/** `secret rotate --json`. */
export interface RotationReport {
  secret: string
  /** The account that is in use from now on. */
  account: string
  rotated_at: string
  next_at: string
}

interface Parts {
  secrets: SecretParts
  config: Config
  clock: Clock
  log: Log
  /** The source's server side; `admin` is undefined where none is configured. */
  openAccounts(
    url: string,
    options: {
      logins: SourceLogin
      admin: (() => Promise<{ user: string; password: string }>) | undefined
      signal: AbortSignal
    },
  ): Accounts
}

/** How long all four steps may take; each is a login and a statement or two. */
const ROTATION_MS = 120_000

/** The verbs that renew the password of the source's account. */
export function rotating(parts: Parts) {
  const { config, clock } = parts
  const everyMs = config.secrets.rotateEveryMs
  let atWork: Promise<RotationEvent> | undefined
  const rotate = async (turn: Turn, how: How): Promise<RotationEvent> => {
    // Of two that ask at the same time in one process the second gets what the first one did.
    atWork ??= renew(parts, turn, how).finally(() => (atWork = undefined))
    return atWork
  }
  return {
    /** Renews a secret now. Throws what the step that failed threw, as `rotation_failed`. */
    async secretRotate(secret: string, { signal }: { signal?: AbortSignal } = {}): Promise<RotationReport> {
      const event = await rotate(await turnOf(parts, secret), { trigger: 'hand', signal })
      if (event.type === 'rotation_failed') throw signal?.aborted ? stopped(event.error) : event.error
      const nextAt = dueOf(event.at, everyMs, clock.now()).dueAt!
      return { secret, account: event.account, rotated_at: event.at, next_at: nextAt }
    },
    /** Renews what is due, for the scheduler: the outcomes are what people are to be told. Never throws. */
    async rotateDue({ signal }: { signal?: AbortSignal } = {}): Promise<RotationOutcome[]> {
      const secret = config.source.password?.secret
      if (!config.source.rotation || secret === undefined) return []
      try {
        const changedAt = await changeOf(parts.secrets, secret)
        if (dueOf(changedAt, everyMs, clock.now()).state === 'ok') return []
        const turn = await turnOf(parts, secret)
        const event = await rotate(turn, { trigger: 'schedule', signal })
        if (event.type === 'rotation_failed') return [{ ...event, working: turn.inUse }]
        return [{ ...event, nextAt: dueOf(event.at, everyMs, clock.now()).dueAt! }]
      } catch (error) {
        const failure = asBlotterError(error)
        if (failure.code === 'rotation_running') return []
        const user = userOf(config.source.url ?? '') ?? ''
        return [{ type: 'rotation_failed', secret, account: user, step: null, error: failure, working: user }]
      }
    },
  }
}

/** When the password that is in use was made; null where nobody knows. */
export async function changeOf(parts: SecretParts, secret: string): Promise<string | null> {
  const pointer = await parts.pointer(secret)
  if (pointer) return pointer.rotated_at
  return (await parts.secrets().list()).find((one) => one.name === secret)?.changedAt ?? null
}

interface Turn {
  secret: string
  url: string
  next: TurnAccount
  /** The account whose turn it is until then. */
  inUse: string
}

async function turnOf({ secrets, config }: Parts, secret: string): Promise<Turn> {
  const { url, password, rotation } = config.source
  const user = url === undefined ? undefined : userOf(url)
  if (!rotation || password?.secret !== secret) throw notRotated(secret, config)
  if (url === undefined || user === undefined || !isMysqlUrl(url)) throw noAccount(secret, url)
  const clone = cloneOf(secret, user, rotation.clone)
  const pointer = await secrets.pointer(secret)
  const first = { account: user, entry: secret }
  const isCloneInUse = pointer?.entry === clone.entry
  return isCloneInUse ? { secret, url, next: first, inUse: clone.account } : { secret, url, next: clone, inUse: user }
}

interface How {
  trigger: 'hand' | 'schedule'
  signal: AbortSignal | undefined
}

async function renew(parts: Parts, { secret, url, next }: Turn, { trigger, signal }: How): Promise<RotationEvent> {
  const { secrets, config, log } = parts
  const keeping = await secrets.secrets().keeping(secret)
  const { rotation } = config.source
  const accounts = parts.openAccounts(url, {
    logins: secrets.loginsOf(url),
    admin:
      rotation?.adminPassword && (async () => ({ user: rotation.adminUser, password: await rotation.adminPassword!() })),
    signal: AbortSignal.any([AbortSignal.timeout(ROTATION_MS), ...(signal ? [signal] : [])]),
  })
  const read = async (entry: string): Promise<string | undefined> => {
    try {
      return (await secrets.secrets().read(entry, { renewed: true })).value
    } catch (error) {
      if (error instanceof BlotterError && error.code === 'secret_missing') return undefined
      throw error
    }
  }
  const own = JSON.stringify(thisProcess())
  const journal = rotationJournal(secrets.identity(), {
    mark: own,
    // What this process had begun and did not end has failed to say so: it works at one rotation at a time.
    isAtWork: (mark) => mark !== own && isRunning(JSON.parse(mark) as ProcessMark) !== false,
  })
  const event = await rotateSecret({ secret, next, trigger }, { keeping, read, accounts, journal })
  if (event.type === 'secret_rotated') log.info({ ...event }, event.type)
  else log.error({ ...event, error: { code: event.error.code, message: event.error.message } }, event.type)
  return event
}

/** Ended by a person, which is no failure of the rotation; its record says where it goes on. */
function stopped({ message, todo, context, cause }: BlotterError): BlotterError {
  return new BlotterError('interrupted', message, { todo, context, cause })
}

function notRotated(secret: string, { source }: Config): BlotterError {
  const named = source.password?.secret
  const other = named === undefined ? 'no secret://, or a variable stands before it' : `secret://${named}`
  const why =
    named === secret
      ? '`source.rotation` is not set, so that Blotter does not know who may set passwords'
      : `it is not the password of the source (${other})`
  return new BlotterError('usage', `${secret} cannot renew itself: ${why}. Nothing was changed.`, {
    todo:
      named === secret
        ? 'Write `rotation: { admin_user: root, admin_password: secret://mysql_admin }` under `source:` in blotter.yaml.'
        : `Change it where it comes from, then run \`blotter secret set ${secret}\`.`,
    context: { secret },
  })
}

function noAccount(secret: string, url: string | undefined): BlotterError {
  const what = url ?? '(none is configured)'
  const message = `${secret} cannot renew itself: the source ${what} has no account of MySQL or MariaDB.`
  return new BlotterError('usage', message, {
    todo: 'Rotation is for `mysql://USER@HOST/DATABASE` sources; take `source.rotation` out for others.',
    context: { secret, source: url ?? null },
  })
}
