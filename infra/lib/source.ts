import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as ec2 from 'aws-cdk-lib/aws-ec2'
import * as rds from 'aws-cdk-lib/aws-rds'
import * as secrets from 'aws-cdk-lib/aws-secretsmanager'
import type { Construct } from 'constructs'
import type { Lake } from './lake.ts'
import type { Network } from './network.ts'

/** Under this name Airflow's secrets backend finds the connection of the look at the source; Spark reads the same secret. */
export const READER = 'airflow/connections/blotter_source'

interface SourceProps extends StackProps {
  network: Network
  lake: Lake
  multiAz: boolean
}

/** The MySQL that incidents are read from: encrypted, TLS required, its reader's password renewed every 30 days. */
export class Source extends Stack {
  readonly database: rds.DatabaseInstance
  /** Of the account that only reads; two MySQL users take turns behind it. */
  readonly reader: rds.DatabaseSecret

  constructor(scope: Construct, id: string, { network, lake, multiAz, ...props }: SourceProps) {
    super(scope, id, props)
    const engine = rds.DatabaseInstanceEngine.mysql({ version: rds.MysqlEngineVersion.VER_8_4_6 })
    const group = new ec2.SecurityGroup(this, 'Group', { vpc: network.vpc, description: 'MySQL', allowAllOutbound: false })
    group.addIngressRule(ec2.Peer.ipv4(network.vpc.vpcCidrBlock), ec2.Port.tcp(3306), 'MySQL from within the network')
    this.database = new rds.DatabaseInstance(this, 'Mysql', {
      engine,
      vpc: network.vpc,
      vpcSubnets: network.inside,
      securityGroups: [group],
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
      databaseName: 'chicago',
      multiAz,
      publiclyAccessible: false,
      storageEncrypted: true,
      storageEncryptionKey: lake.key,
      allocatedStorage: 50,
      maxAllocatedStorage: 500,
      storageType: rds.StorageType.GP3,
      credentials: rds.Credentials.fromGeneratedSecret('blotter_admin', { encryptionKey: lake.key }),
      iamAuthentication: true,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.SNAPSHOT,
      backupRetention: Duration.days(7),
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      monitoringInterval: Duration.seconds(60),
      enablePerformanceInsights: true,
      performanceInsightEncryptionKey: lake.key,
      cloudwatchLogsExports: ['error', 'slowquery'],
      parameterGroup: new rds.ParameterGroup(this, 'Parameters', {
        engine,
        parameters: { require_secure_transport: '1', local_infile: '1' },
      }),
    })
    new CfnOutput(this, 'Host', { value: this.database.dbInstanceEndpointAddress })
    const admin = this.database.secret!
    new CfnOutput(this, 'Admin', { value: admin.secretArn })
    this.reader = new rds.DatabaseSecret(this, 'Reader', {
      username: 'blotter_ro',
      secretName: READER,
      masterSecret: admin,
      encryptionKey: lake.key,
    })
    this.reader.attach(this.database)
    const rotating = { vpc: network.vpc, vpcSubnets: network.inside, excludeCharacters: '"\'@/\\;&%$`' }
    new secrets.RotationSchedule(this, 'ReaderRotation', {
      secret: this.reader,
      automaticallyAfter: Duration.days(30),
      // Its user is not there yet when the stack is made.
      rotateImmediatelyOnUpdate: false,
      hostedRotation: secrets.HostedRotation.mysqlMultiUser({
        ...rotating,
        masterSecret: admin,
        functionName: 'blotter-rotate-reader',
      }),
    })
    new secrets.RotationSchedule(this, 'AdminRotation', {
      secret: admin,
      automaticallyAfter: Duration.days(30),
      hostedRotation: secrets.HostedRotation.mysqlSingleUser({ ...rotating, functionName: 'blotter-rotate-admin' }),
    })
  }
}
