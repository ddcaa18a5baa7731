/** A secret as its store has it. */
export interface Secret {
  value: string
  /** The account that it belongs to, where the store says so (AWS Secrets Manager's secrets of databases do). */
  user?: string
}

/** What may be told of a secret: everything but itself. */
export interface SecretFacts {
  name: string
  /** ISO 8601, UTC; null where the store does not know. */
  changedAt: string | null
}

/** What a name of a secret looks like. */
export const SECRET_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/

/**
 * The port: where secrets are kept. All functions throw BlotterError: `vault_key`, `vault_damaged`, `secret_store_refused`
 * (credentials, rights) or `secret_store_unreachable` (worth another try).
 */
export interface SecretStore {
  readonly kind: 'env' | 'vault' | 'aws'
  /** Undefined where there is none of this name. */
  read(name: string): Promise<Secret | undefined>
  /** By name. */
  list(): Promise<SecretFacts[]>
  /** Absent where Blotter can only read. */
  readonly keeping?: SecretKeeping
}

/** How a store takes secrets. Each call is on disk, or at the provider, when it resolves; it happens whole or not at all. */
export interface SecretKeeping {
  write(name: string, value: string): Promise<void>
  /** Lays a value aside that is to follow the current one, which stays as it is. An earlier one laid aside is forgotten. */
  stage(name: string, value: string): Promise<void>
  /** What is laid aside, if anything. */
  staged(name: string): Promise<string | undefined>
  /** Puts what is laid aside in the place of the current value; does nothing where nothing is. */
  promote(name: string): Promise<void>
}
