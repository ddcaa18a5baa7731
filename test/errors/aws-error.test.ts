import assert from 'node:assert/strict'
import { test } from 'node:test'
import { awsCause } from '../../src/errors/aws-error.ts'
import { awsFailure as lakeFailure } from '../../src/lake/aws-failure.ts'
import { awsFailure as secretFailure } from '../../src/secret/aws/failure.ts'

const thrown = (name: string, message = 'It did not work.', httpStatusCode = 400): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } })

test('what AWS throws is told apart by cause, and lake and secrets agree on what is worth another try', () => {
  for (const [error, cause] of [
    [thrown('ThrottlingException'), 'busy'],
    [thrown('InternalFailure'), 'busy'],
    [thrown('ConditionalRequestConflict', 'Try again.', 409), 'busy'],
    [thrown('Whatever', 'Down.', 503), 'busy'],
    [Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }), 'busy'],
    [thrown('CredentialsProviderError'), 'no_credentials'],
    [thrown('Error', 'Region is missing'), 'no_region'],
    [thrown('ExpiredTokenException'), 'expired'],
    [thrown('InvalidAccessKeyId'), 'expired'],
    [thrown('AccessDeniedException'), 'other'],
  ] as const) {
    assert.equal(awsCause(error).cause, cause, error.name)
    const isWorthIt = cause === 'busy' ? 'retry' : 'fix-configuration'
    assert.deepEqual([lakeFailure(error, 'x').remedy, secretFailure(error, 'x').remedy], [isWorthIt, isWorthIt], error.name)
  }
  assert.deepEqual(awsCause(thrown('AccessDenied')), { cause: 'other', name: 'AccessDenied', said: 'It did not work' })
})
