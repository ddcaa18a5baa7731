import { CfnOutput, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as ecr from 'aws-cdk-lib/aws-ecr'
import * as ecs from 'aws-cdk-lib/aws-ecs'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as logs from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Lake } from './lake.ts'
import type { Network } from './network.ts'
import { blotterVersion } from './settings.ts'
import type { Source } from './source.ts'

interface LoaderProps extends StackProps {
  network: Network
  lake: Lake
  source: Source
  /** `socrata://HOST/DATASET` */
  from: string
}

/** Runs `blotter load` each night: from the city's portal into MySQL. */
export class Loader extends Stack {
  readonly cluster: ecs.Cluster

  constructor(scope: Construct, id: string, { network, lake, source, from, ...props }: LoaderProps) {
    super(scope, id, props)
    const images = new ecr.Repository(this, 'Images', {
      repositoryName: 'blotter',
      imageScanOnPush: true,
      imageTagMutability: ecr.TagMutability.IMMUTABLE,
      encryption: ecr.RepositoryEncryption.KMS,
      encryptionKey: lake.key,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    this.cluster = new ecs.Cluster(this, 'Cluster', {
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    })
    const task = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: 1024,
      memoryLimitMiB: 2048,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
    })
    const into = `mysql://blotter_admin@${source.database.dbInstanceEndpointAddress}:3306/chicago?table=crimes&tls=require`
    // The one place that can be written: Fargate gives a volume to the image's own user only where the image declares it.
    task.addVolume({ name: 'work' })
    const container = task.addContainer('Load', {
      image: ecs.ContainerImage.fromEcrRepository(images, blotterVersion),
      command: ['load', '--from', from, '--into', into],
      readonlyRootFilesystem: true,
      environment: { TMPDIR: '/lake' },
      secrets: { BLOTTER_SOURCE_PASSWORD: ecs.Secret.fromSecretsManager(source.database.secret!, 'password') },
      logging: ecs.LogDrivers.awsLogs({
        streamPrefix: 'load',
        logGroup: new logs.LogGroup(this, 'Log', {
          retention: logs.RetentionDays.THREE_MONTHS,
          encryptionKey: lake.key,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      }),
    })
    container.addMountPoints({ containerPath: '/lake', sourceVolume: 'work', readOnly: false })
    const group = new ec2.SecurityGroup(this, 'Group', {
      vpc: network.vpc,
      description: 'The loader',
      allowAllOutbound: false,
    })
    group.addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'The portal and AWS')
    group.addEgressRule(ec2.Peer.ipv4(network.vpc.vpcCidrBlock), ec2.Port.tcp(3306), 'MySQL')
    new CfnOutput(this, 'Repository', { value: images.repositoryUri })
    new CfnOutput(this, 'LoadNow', {
      description: 'Loads at once.',
      value: this.commandOf(task, network.vpc.selectSubnets(network.outgoing).subnetIds, group.securityGroupId),
    })
    new events.Rule(this, 'Nightly', {
      schedule: events.Schedule.cron({ hour: '8', minute: '0' }),
      targets: [
        new targets.EcsTask({
          cluster: this.cluster,
          taskDefinition: task,
          subnetSelection: network.outgoing,
          securityGroups: [group],
        }),
      ],
    })
  }

  /** Runs the task once, for whoever does not wait for the night. */
  private commandOf(task: ecs.FargateTaskDefinition, subnets: string[], group: string): string {
    const place = `awsvpcConfiguration={subnets=[${subnets.join(',')}],securityGroups=[${group}]}`
    const what = `--cluster ${this.cluster.clusterName} --task-definition ${task.taskDefinitionArn} --launch-type FARGATE`
    return `aws ecs run-task ${what} --network-configuration ${place}`
  }
}
