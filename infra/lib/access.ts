import { ArnFormat, Stack, type StackProps } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Athena } from './athena.ts'
import type { Lake } from './lake.ts'

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
      ],
    })
    const ask = new iam.ManagedPolicy(this, 'Ask', {
      description: 'Questions to the lake by Athena, in its workgroup and within its limit.',
      statements: this.asking(lake, athena),
    })
    const run = new iam.ManagedPolicy(this, 'Run', {
      description: 'The pages of Airflow, the logins that it needs, and refreshes of the dashboard.',
      statements: this.running(),
    })
    new iam.Group(this, 'analysts', { groupName: 'blotter-analysts', managedPolicies: [mfa, own, ask] })
    new iam.Group(this, 'operators', { groupName: 'blotter-operators', managedPolicies: [mfa, own, ask, run] })
  }

  private asking(lake: Lake, { workgroup }: Athena): iam.PolicyStatement[] {
    const statement = (sid: string, actions: string[], ...resources: string[]): iam.PolicyStatement =>
      new iam.PolicyStatement({ sid, actions, resources })
    const tables = lake.databases.flatMap((name) => [
      this.formatArn({ service: 'glue', resource: 'database', resourceName: name }),
      this.formatArn({ service: 'glue', resource: 'table', resourceName: `${name}/*` }),
    ])
    return [
      statement(
        'Workgroup',
        ['Start', 'Stop', 'Get'].map((verb) => `athena:${verb}QueryExecution`).concat(ATHENA_READS),
        this.formatArn({ service: 'athena', resource: 'workgroup', resourceName: workgroup.name }),
      ),
      statement('Tables', GLUE_READS, this.formatArn({ service: 'glue', resource: 'catalog' }), ...tables),
      statement('Buckets', ['s3:ListBucket', 's3:GetBucketLocation'], lake.lake.bucketArn, lake.results.bucketArn),
      statement('Files', ['s3:GetObject'], lake.lake.arnForObjects('*')),
      statement(
        'Results',
        ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        lake.results.arnForObjects('athena/*'),
      ),
      statement('Key', ['kms:Decrypt'], lake.key.keyArn),
    ]
  }

  private running(): iam.PolicyStatement[] {
    const secret = (name: string): string =>
      this.formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: `${name}-*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      })
    const refresh = { service: 'states', resource: 'stateMachine', resourceName: 'blotter-refresh' }
    return [
      new iam.PolicyStatement({
        sid: 'Airflow',
        actions: ['airflow:CreateWebLoginToken'],
        resources: [this.formatArn({ service: 'airflow', resource: 'role', resourceName: 'blotter/Op' })],
      }),
      new iam.PolicyStatement({
        sid: 'Logins',
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'],
        resources: ['smtp_default', 'blotter_source'].map((name) => secret(`airflow/connections/${name}`)),
      }),
      new iam.PolicyStatement({
        sid: 'Rotation',
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:RotateSecret'],
        resources: [secret('blotter/mysql')],
      }),
      new iam.PolicyStatement({
        sid: 'Refresh',
        actions: ['states:StartExecution'],
        resources: [this.formatArn({ ...refresh, arnFormat: ArnFormat.COLON_RESOURCE_NAME })],
      }),
    ]
  }
}

const ATHENA_READS = ['GetQueryResults', 'GetQueryResultsStream', 'GetWorkGroup', 'ListNamedQueries', 'GetNamedQuery'].map(
  (action) => `athena:${action}`,
)
const GLUE_READS = ['GetDatabase', 'GetDatabases', 'GetTable', 'GetTables'].map((action) => `glue:${action}`)
