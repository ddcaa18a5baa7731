import type { Stack } from 'aws-cdk-lib'
import * as iam from 'aws-cdk-lib/aws-iam'
import type * as secrets from 'aws-cdk-lib/aws-secretsmanager'
import type { Lake } from './lake.ts'
import type { Spark } from './spark.ts'

/** What Airflow may do: run clusters of the pipeline, read its own code and two logins, write its own logs and figures. */
export function airflowRole(stack: Stack, lake: Lake, spark: Spark, logins: readonly secrets.ISecret[]): iam.Role {
  const role = new iam.Role(stack, 'Role', {
    assumedBy: new iam.CompositePrincipal(
      new iam.ServicePrincipal('airflow.amazonaws.com'),
      new iam.ServicePrincipal('airflow-env.amazonaws.com'),
    ),
  })
  lake.code.grantRead(role)
  lake.key.grantEncryptDecrypt(role)
  for (const login of logins) login.grantRead(role)
  const statements = [...ofEveryEnvironment(stack), ...ofClusters(stack, spark)]
  for (const statement of statements) role.addToPolicy(new iam.PolicyStatement(statement))
  return role
}

/** What MWAA wants of the role of any environment, or it is not made. */
function ofEveryEnvironment({ partition, region, account }: Stack): iam.PolicyStatementProps[] {
  const arn = (service: string, owner: string, name: string): string =>
    `arn:${partition}:${service}:${region}:${owner}:${name}`
  return [
    {
      sid: 'KnowNoResource',
      actions: ['s3:GetAccountPublicAccessBlock', 'logs:DescribeLogGroups', 'cloudwatch:PutMetricData'],
      resources: ['*'],
    },
    {
      sid: 'OwnLogs',
      actions: [
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:GetLogEvents',
        'logs:GetLogGroupFields',
        'logs:GetLogRecord',
        'logs:GetQueryResults',
        'logs:PutLogEvents',
      ],
      resources: [arn('logs', account, 'log-group:airflow-blotter-*')],
    },
    {
      sid: 'OwnMetrics',
      actions: ['airflow:PublishMetrics'],
      resources: [arn('airflow', account, 'environment/blotter')],
    },
    {
      sid: 'OwnQueue',
      actions: [
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:GetQueueUrl',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
      ],
      resources: [arn('sqs', '*', 'airflow-celery-*')],
    },
  ]
}

function ofClusters(stack: Stack, spark: Spark): iam.PolicyStatementProps[] {
  return [
    { sid: 'MakeClusters', actions: ['elasticmapreduce:RunJobFlow'], resources: ['*'] },
    {
      sid: 'OwnClusters',
      actions: [
        'elasticmapreduce:AddJobFlowSteps',
        'elasticmapreduce:AddTags',
        'elasticmapreduce:DescribeCluster',
        'elasticmapreduce:DescribeStep',
        'elasticmapreduce:ListSteps',
        'elasticmapreduce:TerminateJobFlows',
      ],
      resources: [stack.formatArn({ service: 'elasticmapreduce', resource: 'cluster', resourceName: '*' })],
    },
    {
      sid: 'HandRolesToClusters',
      actions: ['iam:PassRole'],
      resources: [spark.service.roleArn, spark.instance.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': ['elasticmapreduce.amazonaws.com', 'ec2.amazonaws.com'] } },
    },
  ]
}
