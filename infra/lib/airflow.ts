import { Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as mwaa from 'aws-cdk-lib/aws-mwaa'
import { BucketDeployment, Source as Files } from 'aws-cdk-lib/aws-s3-deployment'
import * as secrets from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { zipSync } from 'fflate'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AirflowFile } from '../../src/model/dag.ts'
import type { Lake } from './lake.ts'
import type { Network } from './network.ts'
import type { Spark } from './spark.ts'

interface AirflowProps extends StackProps {
  network: Network
  lake: Lake
  spark: Spark
  version: string
  mail: string
  /** What `blotter airflow render` writes. */
  files: readonly AirflowFile[]
}

/** MWAA with the DAG; what it must know of passwords it reads from Secrets Manager, and none stands in its configuration. */
export class Airflow extends Stack {
  constructor(scope: Construct, id: string, { network, lake, spark, version, mail, files, ...props }: AirflowProps) {
    super(scope, id, props)
    const smtp = this.smtp(lake)
    const dags = files.filter(({ path }) => path.startsWith('dags/'))
    const deployed = new BucketDeployment(this, 'Files', {
      destinationBucket: lake.code,
      destinationKeyPrefix: 'airflow',
      prune: false,
      sources: [
        ...dags.map(({ path, text }) => Files.data(path, text)),
        Files.jsonData('dags/blotter_settings.json', settingsOf({ network, lake, spark, mail })),
        Files.data('requirements.txt', files.find(({ path }) => path === 'requirements.txt')?.text ?? ''),
      ],
    })
    const plugins = pluginsZip(files)
    const deployedPlugins = new BucketDeployment(this, 'Plugins', {
      destinationBucket: lake.code,
      destinationKeyPrefix: 'airflow/plugins',
      prune: false,
      extract: false,
      sources: [Files.asset(plugins)],
    })
    const role = this.role(lake, spark, smtp)
    const group = this.group(network)
    const environment = new mwaa.CfnEnvironment(this, 'Environment', {
      name: 'blotter',
      airflowVersion: version,
      environmentClass: 'mw1.small',
      maxWorkers: 2,
      minWorkers: 1,
      executionRoleArn: role.roleArn,
      sourceBucketArn: lake.code.bucketArn,
      dagS3Path: 'airflow/dags',
      requirementsS3Path: 'airflow/requirements.txt',
      pluginsS3Path: `airflow/plugins/${Fn.select(0, deployedPlugins.objectKeys)}`,
      kmsKey: lake.key.keyArn,
      webserverAccessMode: 'PRIVATE_ONLY',
      networkConfiguration: {
        securityGroupIds: [group.securityGroupId],
        subnetIds: network.vpc.selectSubnets(network.inside).subnetIds,
      },
      airflowConfigurationOptions: {
        'secrets.backend': 'airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend',
        'secrets.backend_kwargs': JSON.stringify({
          connections_prefix: 'airflow/connections',
          connections_lookup_pattern: '^(smtp_default|blotter_source)$',
          variables_prefix: null,
          config_prefix: null,
        }),
        'email.email_conn_id': 'smtp_default',
        'core.dags_are_paused_at_creation': 'False',
      },
      loggingConfiguration: Object.fromEntries(
        ['dagProcessingLogs', 'schedulerLogs', 'taskLogs', 'webserverLogs', 'workerLogs'].map((name) => [
          name,
          { enabled: true, logLevel: 'INFO' },
        ]),
      ),
    })
    environment.node.addDependency(deployed, deployedPlugins)
  }

  /** The mail server's login, which its operator puts in. */
  private smtp(lake: Lake): secrets.Secret {
    return new secrets.Secret(this, 'Smtp', {
      secretName: 'airflow/connections/smtp_default',
      description: 'Connection of Airflow to the mail server; put the real login in by hand (docs/deploy.md).',
      encryptionKey: lake.key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({
          conn_type: 'smtp',
          host: `email-smtp.${this.region}.amazonaws.com`,
          port: 587,
          login: 'replace me',
          extra: { disable_ssl: true },
        }),
        generateStringKey: 'password',
      },
      removalPolicy: RemovalPolicy.DESTROY,
    })
  }

  private group(network: Network): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'Group', { vpc: network.vpc, description: 'Airflow', allowAllOutbound: false })
    group.addIngressRule(group, ec2.Port.allTraffic(), 'Its own parts')
    group.addEgressRule(group, ec2.Port.allTraffic(), 'Its own parts')
    group.addEgressRule(ec2.Peer.ipv4(network.vpc.vpcCidrBlock), ec2.Port.tcp(443), 'Endpoints of AWS')
    group.addEgressRule(ec2.Peer.ipv4(network.vpc.vpcCidrBlock), ec2.Port.tcp(3306), 'The look at the source')
    group.addEgressRule(ec2.Peer.ipv4(network.vpc.vpcCidrBlock), ec2.Port.tcp(587), 'Mail')
    return group
  }

  /** What Airflow may do: run clusters of the pipeline, read its own code and two secrets, write its own logs. */
  private role(lake: Lake, spark: Spark, smtp: secrets.ISecret): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.CompositePrincipal(
        new iam.ServicePrincipal('airflow.amazonaws.com'),
        new iam.ServicePrincipal('airflow-env.amazonaws.com'),
      ),
    })
    lake.code.grantRead(role)
    lake.key.grantEncryptDecrypt(role)
    smtp.grantRead(role)
    const logs = `arn:${this.partition}:logs:${this.region}:${this.account}:log-group:airflow-blotter-*`
    const statements = [
      {
        sid: 'ReadSourceLogin',
        actions: ['secretsmanager:GetSecretValue'],
        resources: [this.secretArn('airflow/connections/blotter_source')],
      },
      {
        sid: 'OwnLogs',
        actions: [
          'logs:CreateLogStream',
          'logs:CreateLogGroup',
          'logs:PutLogEvents',
          'logs:GetLogEvents',
          'logs:GetLogRecord',
          'logs:GetLogGroupFields',
        ],
        resources: [logs],
      },
      {
        sid: 'OwnMetrics',
        actions: ['airflow:PublishMetrics'],
        resources: [this.formatArn({ service: 'airflow', resource: 'environment', resourceName: 'blotter' })],
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
        resources: [`arn:${this.partition}:sqs:${this.region}:*:airflow-celery-*`],
      },
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
        resources: [this.formatArn({ service: 'elasticmapreduce', resource: 'cluster', resourceName: '*' })],
      },
      {
        sid: 'HandRolesToClusters',
        actions: ['iam:PassRole'],
        resources: [spark.service.roleArn, spark.instance.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': ['elasticmapreduce.amazonaws.com', 'ec2.amazonaws.com'] } },
      },
    ]
    for (const statement of statements) role.addToPolicy(new iam.PolicyStatement(statement))
    return role
  }

  private secretArn(name: string): string {
    return `arn:${this.partition}:secretsmanager:${this.region}:${this.account}:secret:${name}-*`
  }
}

/** What the DAG is told of this account. */
function settingsOf({ network, lake, spark, mail }: Pick<AirflowProps, 'network' | 'lake' | 'spark' | 'mail'>) {
  return {
    code: lake.code.s3UrlForObject('spark'),
    lake: lake.lake.s3UrlForObject(),
    logs: lake.logs.s3UrlForObject('emr/'),
    subnets: network.vpc.selectSubnets(network.inside).subnetIds,
    service_role: spark.service.roleArn,
    instance_profile: spark.profile.ref,
    security_configuration: spark.security.ref,
    security_groups: {
      EmrManagedMasterSecurityGroup: spark.groups.nodes.securityGroupId,
      EmrManagedSlaveSecurityGroup: spark.groups.nodes.securityGroupId,
      ServiceAccessSecurityGroup: spark.groups.service.securityGroupId,
    },
    mail_from: mail,
    mail_to: [mail],
  }
}

/** The plugins as MWAA wants them: one archive. */
function pluginsZip(files: readonly AirflowFile[]): string {
  const plugins = files.filter(({ path }) => path.startsWith('plugins/'))
  const entries = plugins.map(({ path, text }) => [path.replace('plugins/', ''), new TextEncoder().encode(text)] as const)
  // An archive with the time in it would be another one at every synthesis.
  const archive = zipSync(Object.fromEntries(entries), { mtime: new Date('2020-01-01T00:00:00Z') })
  const file = join(mkdtempSync(join(tmpdir(), 'blotter-plugins-')), 'plugins.zip')
  writeFileSync(file, archive)
  return file
}
