import { BlotterError } from '../../errors.ts'
import { AWS_ADVICE, awsCause } from '../../errors/aws-error.ts'

export function isMissing(error: unknown): boolean {
  return (error as Error).name === 'ResourceNotFoundException'
}

/** What AWS's client complained of, in Blotter's words. `what` is the secret, or what was asked. */
export function awsFailure(error: unknown, what: string): BlotterError {
  if (error instanceof BlotterError) return error
  const { cause, name, said } = awsCause(error)
  const failure = (todo: string, why = `AWS Secrets Manager did not give ${what}: ${said}`): BlotterError => {
    const kind = cause === 'busy' ? 'secret_store_unreachable' : 'secret_store_refused'
    return new BlotterError(kind, `${why}. Nothing was changed.`, {
      todo,
      context: { secret: what, aws: name },
      cause: error,
    })
  }
  if (cause === 'busy') return failure(AWS_ADVICE.busy)
  if (cause === 'no_credentials')
    return failure(AWS_ADVICE.no_credentials, `There are no AWS credentials to read ${what} with: ${said}`)
  if (cause === 'no_region')
    return failure('Set `secrets.region` in blotter.yaml, or AWS_REGION.', 'The AWS region is not known')
  if (cause === 'expired')
    return failure(AWS_ADVICE.expired, `The AWS credentials are expired or not valid any more: ${said}`)
  if (/AccessDenied/.test(name)) {
    return failure(
      'Let the role have secretsmanager:GetSecretValue and ListSecrets on it; to store and to rotate also ' +
        'CreateSecret, PutSecretValue and UpdateSecretVersionStage; and kms:Decrypt where it has a key of its own.',
    )
  }
  return failure('Look at the message: it is AWS’s own. The secret may be scheduled for deletion.')
}
