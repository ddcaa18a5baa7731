import { Stack, type StackProps, Tags } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as emr from 'aws-cdk-lib/aws-emr'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Lake } from './lake.ts'
import { EMR_MAY_USE, type Network } from './network.ts'
import type { Source } from './source.ts'

interface SparkProps extends StackProps {
  network: Network
  lake: Lake
  source: Source
}

/** What an EMR cluster of a run is made of: its roles, its groups and its encryption. The clusters are made by the DAG. */
export class Spark extends Stack {
  readonly service: iam.Role
  readonly instance: iam.Role
  readonly profile: iam.CfnInstanceProfile
  readonly security: emr.CfnSecurityConfiguration
  /** Of all nodes, and of the service that reaches them where they have no public address. */
  readonly groups: { nodes: ec2.SecurityGroup; service: ec2.SecurityGroup }

  constructor(scope: Construct, id: string, { network, lake, source, ...props }: SparkProps) {
    super(scope, id, props)
    this.service = new iam.Role(this, 'Service', {
      assumedBy: new iam.ServicePrincipal('elasticmapreduce.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonEMRServicePolicy_v2')],
    })
    this.instance = new iam.Role(this, 'Instance', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') })
    this.service.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: [this.instance.roleArn] }))
    this.profile = new iam.CfnInstanceProfile(this, 'Profile', { roles: [this.instance.roleName] })
    lake.lake.grantReadWrite(this.instance)
    lake.code.grantRead(this.instance)
    lake.logs.grantWrite(this.instance)
    source.reader.grantRead(this.instance)
    this.instance.addToPolicy(
      new iam.PolicyStatement({
        sid: 'TablesOfThePipeline',
        actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetTables', 'glue:CreateTable', 'glue:UpdateTable'],
        resources: [...lake.tables],
      }),
    )
    this.security = new emr.CfnSecurityConfiguration(this, 'Security', {
      name: 'blotter',
      securityConfiguration: {
        EncryptionConfiguration: {
          EnableAtRestEncryption: true,
          EnableInTransitEncryption: false,
          AtRestEncryptionConfiguration: {
            S3EncryptionConfiguration: { EncryptionMode: 'SSE-KMS', AwsKmsKey: lake.key.keyArn },
            LocalDiskEncryptionConfiguration: {
              EncryptionKeyProviderType: 'AwsKms',
              AwsKmsKey: lake.key.keyArn,
              EnableEbsEncryption: true,
            },
          },
        },
        InstanceMetadataServiceConfiguration: { MinimumInstanceMetadataServiceVersion: 2, HttpPutResponseHopLimit: 1 },
      },
    })
    this.letEncryptDisks(lake)
    this.groups = this.groupsOf(network)
  }

  /** EC2 encrypts the nodes' disks under a grant of the key, which EMR hands it. */
  private letEncryptDisks({ key }: Lake): void {
    key.grantEncryptDecrypt(this.service)
    key.grant(this.service, 'kms:DescribeKey')
    this.service.addToPolicy(
      new iam.PolicyStatement({
        sid: 'GrantDisks',
        actions: ['kms:CreateGrant', 'kms:ListGrants'],
        resources: [key.keyArn],
        conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
      }),
    )
  }

  private groupsOf({ vpc }: Network): Spark['groups'] {
    const nodes = new ec2.SecurityGroup(this, 'Group', { vpc, description: 'EMR', allowAllOutbound: false })
    nodes.addIngressRule(nodes, ec2.Port.allTraffic(), 'Nodes of one cluster')
    nodes.addEgressRule(nodes, ec2.Port.allTraffic(), 'Nodes of one cluster')
    nodes.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(3306), 'MySQL')
    nodes.addEgressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(443), 'Endpoints of AWS')
    const service = new ec2.SecurityGroup(this, 'ServiceGroup', { vpc, description: 'EMR itself', allowAllOutbound: false })
    service.connections.allowTo(nodes, ec2.Port.tcp(8443), 'EMR to the nodes')
    nodes.connections.allowTo(service, ec2.Port.tcp(9443), 'The primary node to EMR')
    for (const group of [nodes, service]) Tags.of(group).add(EMR_MAY_USE, 'true')
    return { nodes, service }
  }
}
