import type { RotationReport } from '../../platform/secrets/rotating.ts'
import type { SecretStatus, SecretSummary } from '../../platform/secrets/verbs.ts'

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
