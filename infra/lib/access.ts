import { ArnFormat, Stack, type StackProps } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { SMTP } from './airflow.ts'
import type { Athena } from './athena.ts'
import type { Lake } from './lake.ts'
import { REFRESH } from './quicksight.ts'
import { READER } from './source.ts'

/** What a person may do before the second factor: set it up, and nothing else. */
const SET_UP = [
  'iam:GetUser',
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

interface AccessProps extends StackProps {
  lake: Lake
  athena: Athena
}

/** Groups of people; who is in none of them may do nothing. */
export class Access extends Stack {
  constructor(scope: Construct, id: string, { lake, athena, ...props }: AccessProps) {
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
        new iam.PolicyStatement({
          actions: ['iam:GetAccountPasswordPolicy', 'iam:ListVirtualMFADevices'],
          resources: ['*'],
        }),
      ],
    })
    const ask = new iam.ManagedPolicy(this, 'Ask', {
      description: 'Questions to the lake by Athena, in its workgroup and within its limit.',
      statements: [
        ...athena.reading(),
        new iam.PolicyStatement({
          sid: 'PagesOfAthena',
          actions: ['athena:ListWorkGroups', 'athena:ListDataCatalogs'],
          resources: ['*'],
        }),
      ],
    })
    const run = new iam.ManagedPolicy(this, 'Run', {
      description: 'The pages of Airflow, the logins that it needs, and refreshes of the dashboard.',
      statements: this.running(),
    })
    const restore = new iam.ManagedPolicy(this, 'Restore', {
      description: 'Restores: new versions of the tables, written by Blotter itself.',
      statements: this.restoring(lake),
    })
    new iam.Group(this, 'analysts', { groupName: 'blotter-analysts', managedPolicies: [mfa, own, ask] })
    new iam.Group(this, 'operators', { groupName: 'blotter-operators', managedPolicies: [mfa, own, ask, run, restore] })
  }

  private running(): iam.PolicyStatement[] {
    const secret = (name: string): string =>
      this.formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${name}-*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })
    const refresh = { service: 'states', resource: 'stateMachine', resourceName: REFRESH }
    return [
      new iam.PolicyStatement({
        sid: 'Airflow',
        actions: ['airflow:CreateWebLoginToken', 'airflow:InvokeRestApi'],
        resources: [this.formatArn({ service: 'airflow', resource: 'role', resourceName: 'blotter/Op' })],
      }),
      new iam.PolicyStatement({
        sid: 'MailLogin',
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'],
        resources: [secret(SMTP)],
      }),
      new iam.PolicyStatement({
        sid: 'Rotation',
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:RotateSecret'],
        resources: [secret(READER)],
      }),
      new iam.PolicyStatement({
        sid: 'Refresh',
        actions: ['states:StartExecution'],
        resources: [this.formatArn({ ...refresh, arnFormat: ArnFormat.COLON_RESOURCE_NAME })],
      }),
    ]
  }

  /** What `blotter restore` asks of Glue and S3 besides reading. */
  private restoring({ tables, lake, key }: Lake): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        sid: 'MoveTables',
        actions: ['glue:UpdateTable', 'glue:CreateTable'],
        resources: [...tables],
      }),
      new iam.PolicyStatement({
        sid: 'WriteFiles',
        actions: ['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'],
        resources: [lake.arnForObjects('*')],
      }),
      new iam.PolicyStatement({ sid: 'SealFiles', actions: ['kms:GenerateDataKey'], resources: [key.keyArn] }),
    ]
  }
}
