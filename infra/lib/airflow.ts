import { Annotations, Fn, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as mwaa from 'aws-cdk-lib/aws-mwaa'
import type * as s3 from 'aws-cdk-lib/aws-s3'
import { BucketDeployment, Source as Files } from 'aws-cdk-lib/aws-s3-deployment'
import * as secrets from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AirflowFile } from '../../src/model/dag.ts'
import { packagesOf } from './airflow-files.ts'
import { airflowRole } from './airflow-role.ts'
import type { Lake } from './lake.ts'
import type { Network } from './network.ts'
import type { Source } from './source.ts'
import type { Spark } from './spark.ts'

/** Under this name Airflow's secrets backend finds the connection to the mail server. */
export const SMTP = 'airflow/connections/smtp_default'

interface AirflowProps extends StackProps {
  network: Network
  lake: Lake
  source: Source
  spark: Spark
  version: string
  mail: string
  /** What `blotter airflow render` writes. */
  files: readonly AirflowFile[]
  /** A folder with wheels of what MWAA's image lacks. */
  wheels: string
}

/** MWAA with the DAG; what it must know of passwords it reads from Secrets Manager, and none stands in its configuration. */
export class Airflow extends Stack {
  /** Its name, by which metrics know it. */
  readonly environmentName = 'blotter'

  constructor(scope: Construct, id: string, props: AirflowProps) {
    super(scope, id, props)
    const { network, lake, source, spark, version } = props
    const role = airflowRole(this, lake, spark, [this.smtp(lake), source.reader])
    const { dags, plugins } = this.deployed(props)
    const environment = new mwaa.CfnEnvironment(this, 'Environment', {
      name: this.environmentName,
      airflowVersion: version,
      environmentClass: 'mw1.small',
      maxWorkers: 2,
      minWorkers: 1,
      executionRoleArn: role.roleArn,
      sourceBucketArn: lake.code.bucketArn,
      dagS3Path: 'airflow/dags',
      requirementsS3Path: 'airflow/requirements.txt',
      ...(plugins ? { pluginsS3Path: `airflow/plugins/${Fn.select(0, plugins.objectKeys)}` } : {}),
      kmsKey: lake.key.keyArn,
      webserverAccessMode: 'PRIVATE_ONLY',
      networkConfiguration: {
        securityGroupIds: [this.group(network).securityGroupId],
        subnetIds: network.vpc.selectSubnets(network.inside).subnetIds,
      },
      airflowConfigurationOptions: OPTIONS,
      loggingConfiguration: Object.fromEntries(
        ['dagProcessingLogs', 'schedulerLogs', 'taskLogs', 'webserverLogs', 'workerLogs'].map((name) => [
          name,
          { enabled: true, logLevel: 'INFO' },
        ]),
      ),
    })
    environment.node.addDependency(dags, ...(plugins ? [plugins] : []))
  }

  /** The DAG, what it is told of this account, and what it imports, in the bucket of the code. */
  private deployed(props: AirflowProps): { dags: BucketDeployment; plugins: BucketDeployment | undefined } {
    const { requirements, archive } = packagesOf(props.files, props.wheels)
    if (!requirements.includes('PyMySQL'))
      Annotations.of(this).addWarningV2(
        'blotter:wheels',
        `No wheel of PyMySQL lies in ${props.wheels}: the look at the source will fail (docs/deploy.md).`,
      )
    const into = { destinationBucket: props.lake.code, prune: false }
    const dags = new BucketDeployment(this, 'Files', {
      ...into,
      destinationKeyPrefix: 'airflow',
      sources: [
        ...props.files.filter(({ path }) => path.startsWith('dags/')).map(({ path, text }) => Files.data(path, text)),
        Files.jsonData('dags/blotter_settings.json', settingsOf(props)),
        Files.data('requirements.txt', requirements),
      ],
    })
    const plugins = archive && this.deployedPlugins(archive, into)
    return { dags, plugins }
  }

  private deployedPlugins(archive: Uint8Array, into: { destinationBucket: s3.IBucket; prune: boolean }): BucketDeployment {
    const folder = mkdtempSync(join(tmpdir(), 'blotter-plugins-'))
    try {
      writeFileSync(join(folder, 'plugins.zip'), archive)
      // It is copied to where the templates are at once.
      return new BucketDeployment(this, 'Plugins', {
        ...into,
        destinationKeyPrefix: 'airflow/plugins',
        extract: false,
        sources: [Files.asset(join(folder, 'plugins.zip'))],
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  }

  /** The mail server's login, which its operator puts in. */
  private smtp(lake: Lake): secrets.Secret {
    return new secrets.Secret(this, 'Smtp', {
      secretName: SMTP,
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

  private group({ vpc }: Network): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'Group', { vpc, description: 'Airflow', allowAllOutbound: false })
    group.addIngressRule(group, ec2.Port.allTraffic(), 'Its own parts')
    group.addIngressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(443), 'Its pages, from within the network')
    group.addEgressRule(group, ec2.Port.allTraffic(), 'Its own parts')
    group.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(443), 'Endpoints of AWS')
    group.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(3306), 'The look at the source')
    group.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(587), 'Mail')
    return group
  }
}

const OPTIONS = {
  'secrets.backend': 'airflow.providers.amazon.aws.secrets.secrets_manager.SecretsManagerBackend',
  'secrets.backend_kwargs': JSON.stringify({
    connections_prefix: 'airflow/connections',
    connections_lookup_pattern: '^(smtp_default|blotter_source)$',
    variables_prefix: null,
    config_prefix: null,
    // RDS writes the reader's secret in words of its own.
    extra_conn_words: { schema: ['dbname'] },
  }),
  'email.email_conn_id': 'smtp_default',
  'core.dags_are_paused_at_creation': 'False',
}

/** What the DAG is told of this account. */
function settingsOf({ network, lake, spark, mail }: AirflowProps) {
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
