import { BlotterError } from '../errors.ts'

const BUSY = new RegExp(
  'Throttl|TooManyRequests|LimitExceeded|Unavailable|InternalError|InternalService|SlowDown|RequestTimeout|TimeoutError|' +
    'ConditionalRequestConflict|OperationAborted',
)
const NETWORK = /^(ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE)$/
const EXPIRED = /Expired|InvalidClientTokenId|InvalidAccessKeyId|UnrecognizedClient|TokenRefreshRequired/
const NO_CREDENTIALS = /CredentialsProviderError|could not load credentials/i
const ELSEWHERE = /PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/

/** What a client of AWS threw: its name, what it said, and the status of the answer. */
export interface AwsError extends Error {
  code?: string
  $metadata?: { httpStatusCode?: number }
}

export function isMissing(error: unknown): boolean {
  const { name, $metadata } = error as AwsError
  // Without the bucket nothing is missing in it.
  if (name === 'NoSuchBucket') return false
  return name === 'NoSuchKey' || name === 'NotFound' || name === 'EntityNotFoundException' || $metadata?.httpStatusCode === 404
}

/** True where the name is taken already: 412. Two writers at one time are told 409, which is worth another try. */
export function isTaken(error: unknown): boolean {
  const { name, $metadata } = error as AwsError
  return name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412
}

/** A failure of S3 or Glue in Blotter's words: `aws_unreachable`, which is worth another try, or `aws_refused`. `what` was asked. */
export function awsFailure(error: unknown, what: string): BlotterError {
  if (error instanceof BlotterError) return error
  const { name = '', message = '', code = '', $metadata } = error as AwsError
  const status = $metadata?.httpStatusCode ?? 0
  const said = message.replace(/\.$/, '') || name || code
  const failure = (kind: 'aws_refused' | 'aws_unreachable', why: string, todo: string): BlotterError =>
    new BlotterError(kind, `${what} failed: ${why}. Nothing was committed; the lake is as it was.`, {
      todo,
      context: { what, aws: name || code },
      cause: error,
    })

  if (ELSEWHERE.test(name))
    return failure('aws_refused', `the bucket is in another region: ${said}`, 'Set AWS_REGION to the region of the bucket.')
  if (BUSY.test(name) || BUSY.test(code) || NETWORK.test(code) || status === 429 || status >= 500) {
    const todo = 'Run it again in a while. Check the region and, in a private network, the endpoint of the service.'
    return failure('aws_unreachable', said, todo)
  }
  if (NO_CREDENTIALS.test(name) || NO_CREDENTIALS.test(message)) {
    const todo = 'Give the process a role, or log in (`aws sso login`); variables and profiles work as for all of AWS’s tools.'
    return failure('aws_refused', `there are no AWS credentials: ${said}`, todo)
  }
  if (/region is missing/i.test(message)) return failure('aws_refused', 'the AWS region is not known', 'Set AWS_REGION.')
  if (EXPIRED.test(name)) {
    const todo = 'Renew the AWS credentials of this process (a new session, `aws sso login`, another key), then run it again.'
    return failure('aws_refused', `the AWS credentials are expired or not valid any more: ${said}`, todo)
  }
  if (name === 'NoSuchBucket') return failure('aws_refused', `there is no such bucket: ${said}`, 'Make the bucket, or name another one.')
  return failure('aws_refused', said, 'Let the role do what the message names; it is AWS’s own.')
}
