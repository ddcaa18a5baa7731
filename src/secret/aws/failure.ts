import { BlotterError } from '../../errors.ts'

const MISSING = /^ResourceNotFoundException$/
const BUSY =
  /Throttl|TooManyRequests|LimitExceeded|Unavailable|InternalService|InternalFailure|SlowDown|RequestTimeout|TimeoutError/
const NETWORK = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/
const EXPIRED = /Expired|InvalidClientTokenId|UnrecognizedClient|TokenRefreshRequired/
const NO_CREDENTIALS = /CredentialsProviderError|could not load credentials/i

type Kind = 'secret_store_refused' | 'secret_store_unreachable'

export function isMissing(error: unknown): boolean {
  return MISSING.test((error as Error).name)
}

/** What AWS's client complained of, in Blotter's words. `what` is the secret, or what was asked. */
export function awsFailure(error: unknown, what: string): BlotterError {
  if (error instanceof BlotterError) return error
  const {
    name = '',
    message = '',
    code = '',
    $metadata,
  } = error as Error & {
    code?: string
    $metadata?: { httpStatusCode?: number }
  }
  const status = $metadata?.httpStatusCode ?? 0
  const said = message.replace(/\.$/, '') || name || code
  const failed = `AWS Secrets Manager did not give ${what}: ${said}`
  const context = { secret: what, aws: name || code }
  const failure = (kind: Kind, todo: string, why: string = failed): BlotterError =>
    new BlotterError(kind, `${why}. Nothing was changed.`, { todo, context, cause: error })

  if (BUSY.test(name) || BUSY.test(code) || NETWORK.test(code) || status === 429 || status >= 500) {
    const todo = 'Run it again in a while. Check the region and, in a private network, the endpoint of Secrets Manager.'
    return failure('secret_store_unreachable', todo)
  }
  if (NO_CREDENTIALS.test(name) || NO_CREDENTIALS.test(message)) {
    const todo =
      'Give the process a role, or log in (`aws sso login`); variables and profiles work as for all of AWS’s tools.'
    return failure('secret_store_refused', todo, `There are no AWS credentials to read ${what} with: ${said}`)
  }
  if (/region is missing/i.test(message)) {
    return failure(
      'secret_store_refused',
      'Set `secrets.region` in blotter.yaml, or AWS_REGION.',
      'The AWS region is not known',
    )
  }
  if (EXPIRED.test(name)) {
    const todo =
      'Renew the AWS credentials of this process (a new session, `aws sso login`, another key), then run it again.'
    return failure('secret_store_refused', todo, `The AWS credentials are expired or not valid any more: ${said}`)
  }
  if (/AccessDenied/.test(name)) {
    const todo =
      'Let the role have secretsmanager:GetSecretValue and ListSecrets on it; to store and to rotate also ' +
      'CreateSecret, PutSecretValue and UpdateSecretVersionStage; and kms:Decrypt where it has a key of its own.'
    return failure('secret_store_refused', todo)
  }
  return failure('secret_store_refused', 'Look at the message: it is AWS’s own. The secret may be scheduled for deletion.')
}
