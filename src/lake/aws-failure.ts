import { BlotterError } from '../errors.ts'
import { AWS_ADVICE, awsCause, type AwsError } from '../errors/aws-error.ts'

const ELSEWHERE = /PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint/

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
  const { cause, name, said } = awsCause(error)
  const failure = (why: string, todo: string): BlotterError => {
    const kind = cause === 'busy' ? 'aws_unreachable' : 'aws_refused'
    return new BlotterError(kind, `${what} failed: ${why}. Nothing was committed; the lake is as it was.`, {
      todo,
      context: { what, aws: name },
      cause: error,
    })
  }
  if (cause === 'busy') return failure(said, AWS_ADVICE.busy)
  if (cause === 'no_credentials') return failure(`there are no AWS credentials: ${said}`, AWS_ADVICE.no_credentials)
  if (cause === 'no_region') return failure('the AWS region is not known', 'Set AWS_REGION.')
  if (cause === 'expired')
    return failure(`the AWS credentials are expired or not valid any more: ${said}`, AWS_ADVICE.expired)
  if (ELSEWHERE.test(name))
    return failure(`the bucket is in another region: ${said}`, 'Set AWS_REGION to the region of the bucket.')
  if (name === 'NoSuchBucket') return failure(`there is no such bucket: ${said}`, 'Make the bucket, or name another one.')
  return failure(said, 'Let the role do what the message names; it is AWS’s own.')
}
