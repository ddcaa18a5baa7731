import { Stack, type StackProps, Tags } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as logs from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Lake } from './lake.ts'

/** Services that are reached inside of the network, and never by a public address. */
const SERVICES = [
  'secretsmanager',
  'glue',
  'athena',
  'logs',
  'kms',
  'sts',
  'sqs',
  'monitoring',
  'elasticmapreduce',
  'ecr.api',
  'ecr.dkr',
  'airflow.api',
  'airflow.env',
  'email-smtp',
] as const

/** Mail goes by SMTP with STARTTLS, all else by HTTPS; the endpoint's group opens this port alone. */
const PORTS: Partial<Record<(typeof SERVICES)[number], number>> = { 'email-smtp': 587 }

/** AWS's policy for EMR lets it make clusters only in networks and groups that bear this tag. */
export const EMR_MAY_USE = 'for-use-with-amazon-emr-managed-policies'

/** Data stay in subnets without a way out; only the loader's subnet reaches the city's portal. */
export class Network extends Stack {
  readonly vpc: ec2.Vpc
  readonly inside: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }
  readonly outgoing: ec2.SubnetSelection = { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }

  constructor(scope: Construct, id: string, { lake, loads, ...props }: StackProps & { lake: Lake; loads: boolean }) {
    super(scope, id, props)
    const way = [
      { name: 'gate', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
      { name: 'loader', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 26 },
    ]
    this.vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: 2,
      natGateways: loads ? 1 : 0,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 22 },
        ...(loads ? way : []),
      ],
      flowLogs: {
        rejected: {
          trafficType: ec2.FlowLogTrafficType.REJECT,
          destination: ec2.FlowLogDestination.toCloudWatchLogs(
            new logs.LogGroup(this, 'Rejected', { retention: logs.RetentionDays.THREE_MONTHS, encryptionKey: lake.key }),
          ),
        },
      },
    })
    Tags.of(this.vpc).add(EMR_MAY_USE, 'true')
    this.vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 })
    for (const name of SERVICES) {
      this.vpc.addInterfaceEndpoint(name, {
        service: new ec2.InterfaceVpcEndpointAwsService(name, undefined, PORTS[name]),
        subnets: this.inside,
        privateDnsEnabled: true,
      })
    }
  }
}
