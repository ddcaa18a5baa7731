/** What a client of AWS threw: its name, what it said, and the status of the answer. */
export interface AwsError extends Error {
  code?: string
  $metadata?: { httpStatusCode?: number }
}

/** What every service of AWS fails of alike; `other` is the service's own. */
type AwsCause = 'busy' | 'no_credentials' | 'no_region' | 'expired' | 'other'

const BUSY = new RegExp(
  'Throttl|TooManyRequests|LimitExceeded|Unavailable|InternalError|InternalService|InternalFailure|SlowDown|RequestTimeout|' +
    'TimeoutError|ConditionalRequestConflict|OperationAborted',
)
const NETWORK = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/
const EXPIRED = /Expired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|TokenRefreshRequired/
const NO_CREDENTIALS = /CredentialsProviderError|could not load credentials/i

/** What to do where that does not depend on the service. */
export const AWS_ADVICE = {
  busy: 'Run it again in a while. Check the region and, in a private network, the endpoint of the service.',
  no_credentials:
    'Give the process a role, or log in (`aws sso login`); variables and profiles work as for all of AWS’s tools.',
  expired: 'Renew the AWS credentials of this process (a new session, `aws sso login`, another key), then run it again.',
} as const

/** Why AWS did not do what it was asked: the cause, its own name of it, and what it said. Of these `busy` is worth another try. */
export function awsCause(error: unknown): { cause: AwsCause; name: string; said: string } {
  const { name = '', message = '', code = '', $metadata } = error as AwsError
  const status = $metadata?.httpStatusCode ?? 0
  const told = { name: name || code, said: message.replace(/\.$/, '') || name || code }
  if (BUSY.test(name) || BUSY.test(code) || NETWORK.test(code) || status === 429 || status >= 500)
    return { cause: 'busy', ...told }
  if (NO_CREDENTIALS.test(name) || NO_CREDENTIALS.test(message)) return { cause: 'no_credentials', ...told }
  if (/region is missing/i.test(message)) return { cause: 'no_region', ...told }
  return { cause: EXPIRED.test(name) ? 'expired' : 'other', ...told }
}
