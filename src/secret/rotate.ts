import { asBlotterError, BlotterError } from '../errors.ts'
import { randomPassword } from './random-password.ts'
import type { SecretKeeping } from './store.ts'

/** The steps of AWS's contract for rotation (createSecret, setSecret, testSecret, finishSecret). */
export type RotationStep = 'create' | 'set' | 'test' | 'finish'

/** An account that takes turns with another one, and the secret that holds its password. */
export interface TurnAccount {
  account: string
  entry: string
}

/** A renewal that was begun, and where it goes on. */
export interface Rotation extends TurnAccount {
  rotation: number
  secret: string
  step: RotationStep
}

/** What happened, for those who are to be told. */
export type RotationEvent =
  | { type: 'secret_rotated'; secret: string; account: string; at: string }
  | { type: 'rotation_failed'; secret: string; account: string; step: RotationStep; error: BlotterError }

/** The record of rotations and the pointer to the account in use; each function is one transaction. */
export interface RotationJournal {
  /**
   * The rotation of a secret that was not finished, or a new one, marked as this process's. One towards another account
   * than `next` begins anew. Throws `rotation_running` while another process is at it.
   */
  begin(secret: string, next: TurnAccount, trigger: 'hand' | 'schedule'): Rotation
  /** The step is done; the rotation goes on with `next`. */
  passed(rotation: Rotation, step: RotationStep, next: RotationStep): void
  /** Ends this attempt; the next one goes on with `next`. */
  failed(rotation: Rotation, step: RotationStep, next: RotationStep, error: BlotterError): void
  /** The pointer moves to the rotation's account, and the rotation is done: both, or neither. Returns the time. */
  finished(rotation: Rotation): string
}

/** The server's side of the accounts. Both functions throw what the server says, in Blotter's words. */
export interface Accounts {
  /** Gives an account this password, making the account where it is missing; again if need be. */
  set(account: string, password: string, previous: string | undefined): Promise<void>
  /** A real login and a real read. */
  test(account: string, password: string): Promise<void>
}

export interface RotationParts {
  keeping: SecretKeeping
  /** The current value of an entry, if any. */
  read(entry: string): Promise<string | undefined>
  accounts: Accounts
  journal: RotationJournal
}

/**
 * Renews the password of `next`, the account that is not in use, and puts it in use. Whatever fails, and wherever the process
 * is killed, the account in use stays as it is; the next call goes on with the step that did not end. Throws
 * `rotation_running`; any other failure is an event.
 */
export async function rotateSecret(
  wish: { secret: string; next: TurnAccount; trigger: 'hand' | 'schedule' },
  parts: RotationParts,
): Promise<RotationEvent> {
  const rotation = parts.journal.begin(wish.secret, wish.next, wish.trigger)
  const { secret, account } = rotation
  let step = rotation.step
  try {
    for (;;) {
      const next = await STEPS[step](rotation, parts)
      if (next === 'done') return { type: 'secret_rotated', secret, account, at: parts.journal.finished(rotation) }
      parts.journal.passed(rotation, step, next)
      step = next
    }
  } catch (error) {
    const failure = rotationFailed(rotation, step, asBlotterError(error))
    // A password that does not work, or an account that may not read, is mended by setting both again.
    const next = step === 'test' ? 'set' : step
    parts.journal.failed(rotation, step, next, failure)
    return { type: 'rotation_failed', secret, account, step, error: failure }
  }
}

type Step = (rotation: Rotation, parts: RotationParts) => Promise<RotationStep | 'done'>

const STEPS: Readonly<Record<RotationStep, Step>> = {
  async create({ entry }, { keeping }) {
    await keeping.stage(entry, randomPassword())
    return 'set'
  },
  async set({ account, entry }, { keeping, read, accounts }) {
    const password = await keeping.staged(entry)
    // What was laid aside is gone, such as by a vault that was put back from a backup.
    if (password === undefined) return 'create'
    await accounts.set(account, password, await read(entry))
    return 'test'
  },
  async test({ account, entry }, { keeping, accounts }) {
    const password = await keeping.staged(entry)
    if (password === undefined) return 'create'
    await accounts.test(account, password)
    return 'finish'
  },
  async finish({ account, entry }, { keeping, read, accounts }) {
    await keeping.promote(entry)
    // A process that was killed may have put it in place already; what stands there now is what will be used.
    const password = await read(entry)
    if (password === undefined) return 'create'
    await accounts.test(account, password)
    return 'done'
  },
}

function rotationFailed({ secret, account }: Rotation, step: RotationStep, error: BlotterError): BlotterError {
  const message =
    `The rotation of ${secret} failed in its step "${step}" for the account ${account}: ${error.message} ` +
    'The account in use stays as it was and goes on working.'
  return new BlotterError('rotation_failed', message, {
    todo: `${error.todo} Then run \`blotter secret rotate ${secret}\`: it goes on from there.`,
    context: { ...error.context, secret, account, step, reason: error.code },
    cause: error,
  })
}
