import { Stack, type StackProps } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'

/** What a person may do before the second factor: set it up, and nothing else. */
const SET_UP = [
  'iam:GetUser',
  'iam:ListUsers',
  'iam:ListMFADevices',
  'iam:ListVirtualMFADevices',
  'iam:CreateVirtualMFADevice',
  'iam:EnableMFADevice',
  'iam:ResyncMFADevice',
  'iam:ChangePassword',
  'iam:GetAccountPasswordPolicy',
  'sts:GetSessionToken',
]

/**
 * Denies everything to whoever comes without a second factor. `BoolIfExists` counts a missing key as false: requests signed
 * with a user's long-lived access key carry none.
 */
export const denyWithoutMfa = {
  Sid: 'DenyAllWithoutMfa',
  Effect: 'Deny',
  NotAction: SET_UP,
  Resource: '*',
  Condition: { BoolIfExists: { 'aws:MultiFactorAuthPresent': 'false' } },
} as const

/** Groups of people; who is in none of them may do nothing. */
export class Access extends Stack {
  constructor(scope: Construct, id: string, props: StackProps) {
    super(scope, id, props)
    const mfa = new iam.ManagedPolicy(this, 'Mfa', {
      description: 'Everything is denied without a second factor, but to set one up.',
      document: iam.PolicyDocument.fromJson({ Version: '2012-10-17', Statement: [denyWithoutMfa] }),
    })
    const own = new iam.ManagedPolicy(this, 'OwnMfa', {
      description: 'Everybody sets up their own second factor.',
      statements: [
        new iam.PolicyStatement({
          actions: ['iam:GetUser', 'iam:ListMFADevices', 'iam:EnableMFADevice', 'iam:ResyncMFADevice', 'iam:ChangePassword'],
          resources: [this.formatArn({ service: 'iam', region: '', resource: 'user', resourceName: '${aws:username}' })],
        }),
        new iam.PolicyStatement({
          actions: ['iam:CreateVirtualMFADevice'],
          resources: [this.formatArn({ service: 'iam', region: '', resource: 'mfa', resourceName: '*' })],
        }),
      ],
    })
    for (const name of ['analysts', 'operators']) {
      new iam.Group(this, name, { groupName: `blotter-${name}`, managedPolicies: [mfa, own] })
    }
  }
}
