/** What the command line wants of secrets; no answer holds a value. */
export interface SecretsPort {
  /** Keeps a value. Throws `usage` for a name that is none, no value, or where the backend cannot keep any. */
  secretSet(name: string, value: string): Promise<SecretSummary>
  /** By name. */
  secretList(): Promise<SecretSummary[]>
  /** Those that are stored and those that the configuration names. */
  secretStatus(): Promise<SecretStatus[]>
  /** Renews the password of the source's account. Throws `rotation_failed` and `rotation_running`. */
  secretRotate(name: string, options: { signal: AbortSignal }): Promise<RotationReport>
}

/** An element of `secret list --json`, and what `secret set --json` prints. */
export interface SecretSummary {
  name: string
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
  changed_at: string | null
  next_at: string | null
  state: 'ok' | 'due' | 'overdue' | 'unknown' | 'missing'
  /** Whether it renews itself. */
  rotates: boolean
  /** The account in use, of a secret that renews itself. */
  account: string | null
  /** How its newest renewal went, and where it goes on if it did not succeed. */
  last: {
    state: 'running' | 'failed' | 'succeeded'
    step: string
    account: string
    at: string
    error: { code: string; message: string } | null
  } | null
}

/** `secret rotate --json`. */
export interface RotationReport {
  secret: string
  /** The account that is in use from now on. */
  account: string
  rotated_at: string
  next_at: string
}
