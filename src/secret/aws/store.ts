import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { randomBytes } from 'node:crypto'
import type { Secret, SecretFacts, SecretStore } from '../store.ts'
import { awsFailure, isMissing } from './failure.ts'

export interface AwsOptions {
  /** Stands before each name: `blotter/` makes `secret://mysql` the secret `blotter/mysql`. */
  prefix: string
  /** Default: that of AWS's own configuration. */
  region?: string | undefined
  /** Default: AWS's, or AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  endpoint?: string | undefined
}

/** Throttling and hiccups are tried again by the client itself, with growing pauses. */
const ATTEMPTS = 4
const CONNECT_MS = 5_000
const ANSWER_MS = 10_000
/** More secrets than this under one prefix are not listed. */
const LISTED_MOST = 1000

const CURRENT = 'AWSCURRENT'
const PENDING = 'AWSPENDING'

/**
 * AWS Secrets Manager. A secret's text is its value; of a JSON object, as AWS makes them for databases, `password` is the
 * value and `username` the account. What is laid aside is the version with the label AWSPENDING. The client is loaded with the
 * first call; it finds credentials as all of AWS's tools do.
 */
export function openAwsSecrets(options: AwsOptions): SecretStore {
  const idOf = (name: string): string => `${options.prefix}${name}`
  const sdk = () => import('@aws-sdk/client-secrets-manager')
  let opened: Promise<SecretsManagerClient> | undefined
  const client = (): Promise<SecretsManagerClient> => (opened ??= connect(options))

  const read = async (name: string, stage: string): Promise<{ text: string; version: string } | undefined> => {
    const { GetSecretValueCommand } = await sdk()
    try {
      const answer = await (await client()).send(new GetSecretValueCommand({ SecretId: idOf(name), VersionStage: stage }))
      const text = answer.SecretString ?? Buffer.from(answer.SecretBinary ?? []).toString('utf8')
      return { text, version: answer.VersionId ?? '' }
    } catch (error) {
      if (isMissing(error)) return undefined
      throw awsFailure(error, idOf(name))
    }
  }
  const put = async (name: string, value: string, stages: string[]): Promise<void> => {
    const { PutSecretValueCommand, CreateSecretCommand } = await sdk()
    const manager = await client()
    const putting = { SecretId: idOf(name), SecretString: value, VersionStages: stages }
    try {
      await manager.send(new PutSecretValueCommand(putting))
    } catch (error) {
      if (!isMissing(error)) throw awsFailure(error, idOf(name))
      try {
        // AWS takes a secret's first version for the current one, whatever it is said to be.
        const first = stages.includes(CURRENT) ? value : randomBytes(24).toString('base64url')
        await manager.send(new CreateSecretCommand({ Name: idOf(name), SecretString: first, Description: DESCRIPTION }))
        if (!stages.includes(CURRENT)) await manager.send(new PutSecretValueCommand(putting))
      } catch (second) {
        throw awsFailure(second, idOf(name))
      }
    }
  }
  const promote = async (name: string): Promise<void> => {
    const pending = await read(name, PENDING)
    if (!pending) return
    // Killed between the two it is done again, with the same value.
    await put(name, pending.text, [CURRENT])
    const { UpdateSecretVersionStageCommand } = await sdk()
    const taking = { SecretId: idOf(name), VersionStage: PENDING, RemoveFromVersionId: pending.version }
    await (await client()).send(new UpdateSecretVersionStageCommand(taking)).catch((error: unknown) => {
      throw awsFailure(error, idOf(name))
    })
  }

  return {
    kind: 'aws',
    async read(name) {
      const found = await read(name, CURRENT)
      return found && secretOf(found.text)
    },
    list: async () => listed(await client(), options.prefix),
    keeping: {
      write: (name, value) => put(name, value, [CURRENT]),
      stage: (name, value) => put(name, value, [PENDING]),
      async staged(name) {
        const pending = await read(name, PENDING)
        return pending?.text
      },
      promote,
    },
  }
}

const DESCRIPTION = 'Kept by Blotter'

async function connect({ region, endpoint }: AwsOptions): Promise<SecretsManagerClient> {
  const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager')
  return new Client({
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    maxAttempts: ATTEMPTS,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  })
}

async function listed(client: SecretsManagerClient, prefix: string): Promise<SecretFacts[]> {
  const { paginateListSecrets } = await import('@aws-sdk/client-secrets-manager')
  const facts: SecretFacts[] = []
  const filters = prefix === '' ? {} : { Filters: [{ Key: 'name' as const, Values: [prefix] }] }
  try {
    for await (const page of paginateListSecrets({ client, pageSize: 100 }, filters)) {
      for (const { Name = '', LastChangedDate } of page.SecretList ?? []) {
        if (!Name.startsWith(prefix)) continue
        facts.push({ name: Name.slice(prefix.length), changedAt: LastChangedDate?.toISOString() ?? null })
      }
      if (facts.length >= LISTED_MOST) break
    }
  } catch (error) {
    throw awsFailure(error, `the list of secrets under ${prefix || 'no prefix'}`)
  }
  return facts.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function secretOf(text: string): Secret {
  if (!text.startsWith('{')) return { value: text }
  try {
    const { password, username } = JSON.parse(text) as { password?: unknown; username?: unknown }
    if (typeof password !== 'string') return { value: text }
    return { value: password, ...(typeof username === 'string' ? { user: username } : {}) }
  } catch {
    return { value: text }
  }
}
