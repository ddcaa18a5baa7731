import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { denyWithoutMfa } from '../lib/access.ts'

/**
 * A model of how IAM decides about this one statement, after its documentation: `BoolIfExists` holds where the key is absent,
 * `NotAction` means every action but these. It is our reading of IAM and not IAM; AWS's simulator wants an account.
 */
function isDenied(action: string, mfaPresent: boolean | undefined): boolean {
  const { NotAction, Condition } = denyWithoutMfa
  const spared = (NotAction as readonly string[]).includes(action)
  const expected = Condition.BoolIfExists['aws:MultiFactorAuthPresent']
  const holds = mfaPresent === undefined || String(mfaPresent) === expected
  return !spared && holds
}

describe('The policy that wants a second factor', () => {
  const table: [action: string, mfa: boolean | undefined, denied: boolean][] = [
    ['s3:GetObject', true, false],
    ['s3:GetObject', false, true],
    // A long-lived access key carries no such key at all.
    ['s3:GetObject', undefined, true],
    ['iam:EnableMFADevice', false, false],
    ['iam:EnableMFADevice', undefined, false],
    ['iam:EnableMFADevice', true, false],
    ['iam:DeactivateMFADevice', false, true],
    ['iam:DeactivateMFADevice', undefined, true],
    ['iam:CreateAccessKey', undefined, true],
    ['sts:AssumeRole', false, true],
  ]
  for (const [action, mfa, denied] of table) {
    const how =
      mfa === undefined ? 'with nothing said of a second factor' : mfa ? 'with a second factor' : 'without a second factor'
    it(`${denied ? 'denies' : 'does not deny'} ${action} ${how}`, () => assert.equal(isDenied(action, mfa), denied))
  }

  it('denies, and allows nothing by itself', () => {
    assert.equal(denyWithoutMfa.Effect, 'Deny')
    assert.equal(denyWithoutMfa.Resource, '*')
  })
})
