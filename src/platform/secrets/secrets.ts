import { existsSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { redaction } from '../../log/redaction.ts'
import type { Config, Credential, Variables } from '../../model/configuration.ts'
import { openSecrets, type Secrets } from '../../secret/secrets.ts'
import type { SecretStore } from '../../secret/store.ts'
import { variableText } from '../../secret/variable.ts'
import { identityExists, type Identity, openIdentity } from '../../state/identity/identity.ts'
import { secretPointer, type SecretPointer } from '../../state/identity/rotations.ts'

/** The stores that there are; `platform.ts`, which knows every adapter, hands them in. */
export interface SecretStores {
  openEnvironment(variables: Variables): SecretStore
  openVault(options: {
    file: string
    keyFile: string
    key: string | undefined
    passphrase: string | undefined
    clock: Clock
    exclusively<Result>(work: () => Result): Result
  }): SecretStore
  openAwsSecrets(options: { prefix: string; region: string | undefined }): SecretStore
}

/** Who logs in to the source, as a source wants to be told. */
export type SourceLogin = (renewed: boolean) => Promise<{ user?: string; password?: string }>

/** The secrets of a configuration, opened when the first one is read, and the file that remembers rotations. */
export interface SecretParts extends Disposable {
  /** The configuration with credentials that are found wherever secrets are kept. */
  config: Config
  secrets(): Secrets
  /** Made where it is missing. */
  identity(): Identity
  /** Which of its two accounts a secret is to be used with; undefined where it never took turns, or a variable gives it. */
  pointer(secret: string): Promise<SecretPointer | undefined>
  /** Who logs in at a URL: the account in use where it is the configured source's, else the URL's own. */
  loginsOf(url: string): SourceLogin
}

/** The second of two accounts that take turns, and the secret of its password. */
export function cloneOf(secret: string, user: string, clone: string | undefined): { account: string; entry: string } {
  return { account: clone ?? `${user}_clone`, entry: `${secret}_clone` }
}

/** The backend where none is named: the vault, if one was made. */
export function backendOf({ backend, vaultFile }: Config['secrets']): 'vault' | 'env' | 'aws' {
  return backend ?? (existsSync(vaultFile) ? 'vault' : 'env')
}

export function openSecretParts(given: Config, clock: Clock, stores: SecretStores): SecretParts {
  let opened: { backend: string; secrets: Secrets } | undefined
  let identity: Identity | undefined
  const parts: SecretParts = {
    config: bound(given, (name) => parts.secrets().read(name)),
    secrets() {
      // The first secret that is kept makes a vault, which is the backend from then on.
      const backend = backendOf(given.secrets)
      if (opened?.backend !== backend) {
        opened = { backend, secrets: secretsOf(given, clock, stores, backend, () => parts.identity()) }
      }
      return opened.secrets
    },
    identity: () => (identity ??= openIdentity(given.state, clock)),
    async pointer(secret) {
      if (!identity && !identityExists(given.state)) return undefined
      const pointer = secretPointer(parts.identity(), secret)
      return pointer && !(await parts.secrets().inEnvironment(secret)) ? pointer : undefined
    },
    loginsOf: (url) => loginsOf(url, parts),
    [Symbol.dispose]: () => identity?.close(),
  }
  return parts
}

/** Of a secret that could be kept nowhere yet, opens the vault that is made with it. */
export function keepingSecrets(config: Config, clock: Clock, stores: SecretStores, parts: SecretParts): Secrets {
  const backend = config.secrets.backend ?? 'vault'
  return backend === parts.secrets().backend ? parts.secrets() : secretsOf(config, clock, stores, backend, parts.identity)
}

function secretsOf(
  { secrets: { variables, vaultFile, keyFile, prefix, region } }: Config,
  clock: Clock,
  stores: SecretStores,
  backend: 'vault' | 'env' | 'aws',
  identity: () => Identity,
): Secrets {
  const environment = stores.openEnvironment(variables)
  if (backend === 'env') return openSecrets(environment)
  if (backend === 'aws') return openSecrets(environment, stores.openAwsSecrets({ prefix, region }))
  const passphrase = variableText('BLOTTER_VAULT_PASSPHRASE', variables)?.text
  if (passphrase !== undefined) redaction.keep(passphrase)
  const vault = stores.openVault({
    file: vaultFile,
    keyFile,
    key: variables.get('BLOTTER_VAULT_KEY') || undefined,
    passphrase,
    clock,
    // SQLite lets one process write at a time, and frees the place of one that ends in whatever way.
    exclusively: (work) => identity().database.transaction(work),
  })
  return openSecrets(environment, vault)
}

/** A copy of a configuration whose secrets are read by `read`, wherever in it they are. */
function bound<Value>(value: Value, read: (name: string) => Promise<{ value: string }>): Value {
  return boundAny(value, read) as Value
}

function boundAny(value: unknown, read: (name: string) => Promise<{ value: string }>): unknown {
  if (typeof value === 'function') {
    const { secret } = value as Credential
    if (secret === undefined) return value
    return Object.assign(async () => (await read(secret)).value, { secret }) satisfies Credential
  }
  if (Array.isArray(value)) return value.map((inner: unknown) => boundAny(inner, read))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, boundAny(inner, read)]))
}

function loginsOf(url: string, parts: SecretParts): SourceLogin {
  const { source } = parts.config
  const secret = source.password?.secret
  return async (renewed) => {
    if (secret === undefined) {
      const password = await source.password?.()
      return password === undefined ? {} : { password }
    }
    const user = userOf(url)
    const turns = url === source.url && user !== undefined ? await parts.pointer(secret) : undefined
    const clone = cloneOf(secret, user ?? '', source.rotation?.clone)
    // A pointer to accounts that the configuration names no more says nothing about this one.
    const isTheirs = turns?.entry === clone.entry ? turns.account === clone.account : turns?.account === user
    if (turns && isTheirs) {
      const found = await parts.secrets().read(turns.entry, { renewed })
      return { user: found.user ?? turns.account, password: found.value }
    }
    const found = await parts.secrets().read(secret, { renewed })
    return { password: found.value, ...(found.user !== undefined && url === source.url ? { user: found.user } : {}) }
  }
}

/** The user of a URL, decoded; undefined where it has none. */
export function userOf(url: string): string | undefined {
  const name = URL.parse(url)?.username
  if (!name) return undefined
  try {
    return decodeURIComponent(name)
  } catch {
    return undefined
  }
}
