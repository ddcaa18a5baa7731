import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import type { Template } from 'aws-cdk-lib/assertions'
import { denyWithoutMfa } from '../lib/access.ts'
import { listed, type Policy, propertiesOf, type Statement, synthesise } from './synthesised.ts'

const MFA = 'aws:MultiFactorAuthPresent'

/**
 * A model of how IAM decides, after its documentation: what nothing allows is not allowed, and a denial counts more than any
 * allowance; `BoolIfExists` holds where the key is absent, `NotAction` means every action but these. It is our reading of IAM and
 * not IAM (AWS's simulator wants an account), and looks at actions, not at resources.
 */
function mayDo(statements: readonly Statement[], action: string, mfaPresent: boolean | undefined): boolean {
  const held = statements.filter(({ Action, NotAction, Condition }) => {
    const named = NotAction ? !NotAction.includes(action) : listed(Action).includes(action)
    const expected = Condition?.BoolIfExists?.[MFA]
    return named && (expected === undefined || mfaPresent === undefined || String(mfaPresent) === expected)
  })
  return held.some(({ Effect }) => Effect === 'Allow') && !held.some(({ Effect }) => Effect === 'Deny')
}

/** The statements of all policies of a group, as the template has them. */
function statementsOfGroup(access: Template, group: string): Statement[] {
  interface Group {
    GroupName: string
    ManagedPolicyArns: { Ref: string }[]
  }
  const policies = propertiesOf<Policy>(access, 'AWS::IAM::ManagedPolicy')
  const groups = Object.values(propertiesOf<Group>(access, 'AWS::IAM::Group'))
  const found = groups.find(({ GroupName }) => GroupName === `blotter-${group}`)!
  return found.ManagedPolicyArns.flatMap(({ Ref }) => policies[Ref]!.PolicyDocument.Statement)
}

describe('The policy that wants a second factor', () => {
  const allowEverything = (action: string): Statement => ({ Effect: 'Allow', Action: action, Resource: '*' })
  const deny = { ...denyWithoutMfa, NotAction: [...denyWithoutMfa.NotAction] }
  const table: [action: string, mfa: boolean | undefined, allowed: boolean][] = [
    ['s3:GetObject', true, true],
    ['s3:GetObject', false, false],
    // A long-lived access key carries no such key at all.
    ['s3:GetObject', undefined, false],
    ['iam:EnableMFADevice', false, true],
    ['iam:EnableMFADevice', undefined, true],
    ['iam:EnableMFADevice', true, true],
    ['iam:DeactivateMFADevice', true, true],
    ['iam:DeactivateMFADevice', false, false],
    ['iam:DeactivateMFADevice', undefined, false],
    ['iam:CreateAccessKey', undefined, false],
    ['sts:AssumeRole', false, false],
    ['sts:GetSessionToken', undefined, true],
  ]
  for (const [action, mfa, allowed] of table) {
    it(`${allowed ? 'leaves' : 'takes'} ${action} ${howOf(mfa)} ${allowed ? 'to' : 'from'} an administrator`, () => {
      assert.equal(mayDo([allowEverything(action), deny], action, mfa), allowed)
    })
  }

  it('denies, and allows nothing by itself', () => {
    assert.deepEqual([denyWithoutMfa.Effect, denyWithoutMfa.Resource], ['Deny', '*'])
  })
})

describe('People', () => {
  let access: Template

  before(async () => {
    access = (await synthesise()).Access!
  })

  const everybody = ['EnableMFADevice', 'CreateVirtualMFADevice', 'ListVirtualMFADevices', 'ChangePassword'].map(
    (action) => `iam:${action}`,
  )
  const asking = ['athena:StartQueryExecution', 'athena:BatchGetNamedQuery', 'glue:GetTable', 's3:GetObject', 'kms:Decrypt']
  const running = [
    'airflow:CreateWebLoginToken',
    'states:StartExecution',
    'secretsmanager:PutSecretValue',
    'secretsmanager:RotateSecret',
    'glue:UpdateTable',
    's3:DeleteObject',
  ]
  const never = [
    'secretsmanager:GetSecretValue',
    'iam:DeactivateMFADevice',
    'iam:CreateAccessKey',
    'iam:AttachUserPolicy',
    'glue:DeleteDatabase',
    'glue:DeleteTable',
    's3:DeleteBucket',
    'kms:ScheduleKeyDeletion',
    'elasticmapreduce:RunJobFlow',
    'cloudtrail:StopLogging',
  ]
  const rows = (actions: string[], mayAnalyst: boolean, mayOperator: boolean) =>
    actions.flatMap((action) => [
      { group: 'analysts', action, may: mayAnalyst },
      { group: 'operators', action, may: mayOperator },
    ])
  const table = [...rows(asking, true, true), ...rows(running, false, true), ...rows(never, false, false)]
  for (const { group, action, may } of table) {
    it(`among ${group} ${may ? 'may' : 'may not'} do ${action}, and nobody without a second factor`, () => {
      const statements = statementsOfGroup(access, group)
      assert.equal(mayDo(statements, action, true), may)
      for (const mfa of [false, undefined]) assert.equal(mayDo(statements, action, mfa), false, howOf(mfa))
    })
  }

  it('of both groups may set up their own second factor, and have to before anything else', () => {
    for (const group of ['analysts', 'operators'])
      for (const action of everybody)
        for (const mfa of [true, false, undefined])
          assert.ok(mayDo(statementsOfGroup(access, group), action, mfa), `${group}: ${action} ${howOf(mfa)}`)
  })

  it('who ask keep results and write nothing else', () => {
    const puts = statementsOfGroup(access, 'analysts').filter(({ Action }) => listed(Action).includes('s3:PutObject'))
    assert.equal(puts.length, 1)
    assert.match(JSON.stringify(puts[0]!.Resource), /Results.*\/athena\/\*/)
  })
})

function howOf(mfa: boolean | undefined): string {
  if (mfa === undefined) return 'with nothing said of a second factor'
  return mfa ? 'with a second factor' : 'without a second factor'
}
