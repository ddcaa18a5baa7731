import type { Clock } from '../../clock.ts'
import { BlotterError } from '../../errors.ts'
import type { Config, Credential } from '../../model/configuration.ts'
import { type DueState, dueOf } from '../../secret/age.ts'
import type { ListedSecret } from '../../secret/secrets.ts'
import { SECRET_NAME } from '../../secret/store.ts'
import { recordAct } from '../../state/identity/audit.ts'
import { identityExists } from '../../state/identity/identity.ts'
import type { ErrorRecord } from '../../state/error-record.ts'
import {
  forgetSecretPointer,
  listRotations,
  listRotationSteps,
  type RotationRecord,
} from '../../state/identity/rotations.ts'
import { COMMAND_LINE } from '../identities/identities.ts'
import { changeOf } from './rotating.ts'
import { cloneOf, keepingSecrets, type SecretParts, type SecretStores, userOf } from './secrets.ts'

/** An element of `secret list --json`, and what `secret set --json` prints. */
export interface SecretSummary {
  name: string
  /** Where it is found. */
  from: 'env' | 'vault' | 'aws'
  /** Null where the place does not know. */
  changed_at: string | null
}

/** An element of `secret status --json`. */
export interface SecretStatus {
  name: string
  /** Null where it is nowhere. */
  from: 'env' | 'vault' | 'aws' | null
  /** Keys of the configuration that name it. */
  used_for: string[]
  /** When the value that is in use was stored or renewed. */
  changed_at: string | null
  next_at: string | null
  state: DueState | 'missing'
  /** Whether it renews itself. */
  rotates: boolean
  /** The account in use, of a secret that renews itself. */
  account: string | null
  /** How its newest renewal went, and where it goes on if it did not succeed. */
  last: {
    state: RotationRecord['state']
    step: string
    account: string
    at: string
    error: Told | null
    /** Each step that was tried, in the order of time. */
    steps: { step: string; state: 'succeeded' | 'failed'; at: string; error: Told | null }[]
  } | null
}

interface Told {
  code: string
  message: string
}

interface Parts {
  secrets: SecretParts
  config: Config
  clock: Clock
  stores: SecretStores
}

/** The verbs that store secrets and tell of them; none returns a value. */
export function secretVerbs(parts: Parts) {
  const { secrets, config, clock, stores } = parts
  return {
    async secretSet(name: string, value: string): Promise<SecretSummary> {
      if (!SECRET_NAME.test(name)) throw badName(name)
      if (value === '') throw noValue(name)
      const kept = keepingSecrets(config, clock, stores, secrets)
      const keeping = await kept.keeping(name)
      await keeping.write(name, value)
      const identity = secrets.identity()
      identity.database.transaction(() => {
        // Whoever sets the secret means the configured account, not the one that its turn had come to.
        forgetSecretPointer(identity, name)
        recordAct(identity, { actor: COMMAND_LINE, act: 'secret_set', subject: name, details: { backend: kept.backend } })
      })
      const listed = (await kept.list()).find((one) => one.name === name)
      return summary(listed ?? { name, from: kept.backend, changedAt: clock.now().toISOString() })
    },
    secretList: async (): Promise<SecretSummary[]> => (await secrets.secrets().list()).map(summary),
    secretStatus: async (): Promise<SecretStatus[]> => statusOf(parts),
  }
}

function summary({ name, from, changedAt }: ListedSecret): SecretSummary {
  return { name, from, changed_at: changedAt }
}

/** How all secrets stand that are stored, or named by the configuration. */
export async function statusOf({ secrets, config, clock }: Omit<Parts, 'stores'>): Promise<SecretStatus[]> {
  const uses = usesOf(config)
  const listed = new Map((await secrets.secrets().list()).map((one) => [one.name, one]))
  const source = config.source.password?.secret
  const user = userOf(config.source.url ?? '')
  const rotates = config.source.rotation !== undefined && source !== undefined && user !== undefined
  const clone = rotates ? cloneOf(source, user, config.source.rotation?.clone) : undefined
  const names = [...new Set([...listed.keys(), ...uses.keys()])].filter((name) => name !== clone?.entry).sort()
  return Promise.all(
    names.map(async (name) => {
      const isTurning = rotates && name === source
      const from = listed.get(name)?.from ?? (await foundIn(secrets, name))
      const changedAt = isTurning ? await changeOf(secrets, name) : (listed.get(name)?.changedAt ?? null)
      const { dueAt, state } = dueOf(changedAt, config.secrets.rotateEveryMs, clock.now())
      return {
        name,
        from,
        used_for: uses.get(name) ?? [],
        changed_at: changedAt,
        next_at: dueAt,
        state: from === null ? ('missing' as const) : state,
        rotates: isTurning,
        account: isTurning ? ((await secrets.pointer(name))?.account ?? user) : null,
        last: lastOf(secrets, config, name),
      }
    }),
  )
}

/** A name that no list has may still be there: a variable’s name knows no capitals, and AWS may refuse to list. */
async function foundIn(secrets: SecretParts, name: string): Promise<SecretStatus['from']> {
  try {
    await secrets.secrets().read(name)
    return (await secrets.secrets().inEnvironment(name)) ? 'env' : secrets.secrets().backend
  } catch (error) {
    if (error instanceof BlotterError && error.code === 'secret_missing') return null
    throw error
  }
}

function lastOf(secrets: SecretParts, config: Config, name: string): SecretStatus['last'] {
  if (!identityExists(config.state)) return null
  const [newest] = listRotations(secrets.identity(), name, 1)
  if (!newest) return null
  const { rotation, state, step, account, started_at: startedAt, finished_at: finishedAt, error } = newest
  const steps = listRotationSteps(secrets.identity(), rotation).map(({ step: tried, state: end, at, error: why }) => ({
    step: tried,
    state: end,
    at,
    error: told(why),
  }))
  return { state, step, account, at: finishedAt ?? startedAt, error: told(error), steps }
}

function told(error: ErrorRecord | null): Told | null {
  return error && { code: error.code, message: error.message }
}

/** Where the configuration names which secret. */
export function usesOf(config: Config): Map<string, string[]> {
  const uses = new Map<string, string[]>()
  const look = (value: unknown, path: string): void => {
    const name = typeof value === 'function' ? (value as Credential).secret : undefined
    if (name !== undefined) uses.set(name, [...(uses.get(name) ?? []), path])
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      // As it is written in the file.
      const written = key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      look(inner, path === '' ? written : `${path}.${written}`)
    }
  }
  look(config, '')
  return uses
}

function badName(name: string): BlotterError {
  const message = `"${name}" is no name of a secret: expected a letter, then letters, digits, _ and -, at most 64.`
  return new BlotterError('usage', message, {
    todo: 'Name it after what it opens, such as `mysql` or `smtp`; in the configuration it is `secret://NAME`.',
    context: { name },
  })
}

function noValue(name: string): BlotterError {
  return new BlotterError('usage', `The value of ${name} is empty. Nothing was stored.`, {
    todo: `Type it when it is asked for, or give it on stdin: \`blotter secret set ${name} < FILE\`.`,
    context: { name },
  })
}
