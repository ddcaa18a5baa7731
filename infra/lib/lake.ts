import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as glue from 'aws-cdk-lib/aws-glue'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as kms from 'aws-cdk-lib/aws-kms'
import * as s3 from 'aws-cdk-lib/aws-s3'
import type { Construct } from 'constructs'

/**
 * Where everything lies: buckets, their key, and a Glue database for each namespace of the pipeline. The Iceberg tables in them
 * are made by the first batch: a table of CloudFormation would be set back to old metadata by its next update.
 */
export class Lake extends Stack {
  /** By its ARN: whoever is granted its use is told so in their own stack. */
  readonly key: kms.IKey
  readonly lake: s3.Bucket
  readonly code: s3.Bucket
  readonly logs: s3.Bucket
  readonly results: s3.Bucket
  /** ARNs of the catalog, of the databases of the pipeline, and of all tables in them, for policies. */
  readonly tables: readonly string[]

  constructor(scope: Construct, id: string, { namespaces, ...props }: StackProps & { namespaces: readonly string[] }) {
    super(scope, id, props)
    const key = new kms.Key(this, 'Key', {
      alias: 'alias/blotter',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    for (const statement of this.servicesThatUseTheKey()) key.addToResourcePolicy(statement)
    this.key = kms.Key.fromKeyArn(this, 'KeyByArn', key.keyArn)
    const access = this.bucket('Access', {}, 90)
    this.logs = this.bucket('Logs', { serverAccessLogsBucket: access, serverAccessLogsPrefix: 'logs/' }, 90)
    this.results = this.bucket('Results', { serverAccessLogsBucket: access, serverAccessLogsPrefix: 'results/' }, 30)
    this.code = this.bucket('Code', { serverAccessLogsBucket: access, serverAccessLogsPrefix: 'code/' })
    this.lake = this.bucket('Lake', {
      serverAccessLogsBucket: access,
      serverAccessLogsPrefix: 'lake/',
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: this.key,
      bucketKeyEnabled: true,
    })
    new CfnOutput(this, 'LakeBucket', { value: this.lake.bucketName })
    new CfnOutput(this, 'CodeBucket', { value: this.code.bucketName })
    new CfnOutput(this, 'KeyId', { value: key.keyId })
    for (const name of namespaces) this.database(this, name, `Blotter: ${name}`)
    this.tables = [
      this.formatArn({ service: 'glue', resource: 'catalog' }),
      ...namespaces.flatMap((name) => this.tablesOf(name)),
    ]
  }

  /** Makes a database of Glue, which whoever asks owns. */
  database(owner: Stack, name: string, description: string): glue.CfnDatabase {
    return new glue.CfnDatabase(owner, `Database-${name}`, {
      catalogId: this.account,
      databaseInput: { name, description, locationUri: this.lake.s3UrlForObject(name) },
    })
  }

  /** ARNs of one database and of all its tables, for policies. */
  tablesOf(database: string): string[] {
    return [
      this.formatArn({ service: 'glue', resource: 'database', resourceName: database }),
      this.formatArn({ service: 'glue', resource: 'table', resourceName: `${database}/*` }),
    ]
  }

  private servicesThatUseTheKey(): iam.PolicyStatement[] {
    const service = (name: string): iam.ServicePrincipal => new iam.ServicePrincipal(`${name}.amazonaws.com`)
    const use = { actions: ['kms:Decrypt', 'kms:GenerateDataKey*', 'kms:DescribeKey'], resources: ['*'] }
    const logs = `arn:${this.partition}:logs:${this.region}:${this.account}:*`
    return [
      new iam.PolicyStatement({
        sid: 'ServicesOfThisAccount',
        principals: ['cloudtrail', 'cloudwatch', 'sns', 'airflow', 'airflow-env'].map(service),
        ...use,
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
      // EventBridge tells an encrypted topic nothing where this statement has a condition on the source.
      new iam.PolicyStatement({ sid: 'EventsToTheTopic', principals: [service('events')], ...use }),
      new iam.PolicyStatement({
        sid: 'LogsOfThisAccount',
        principals: [service(`logs.${this.region}`)],
        ...use,
        actions: [...use.actions, 'kms:Encrypt', 'kms:ReEncrypt*'],
        conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logs } },
      }),
    ]
  }

  /** Encrypted, closed to the public and to plain HTTP, versioned; what is deleted can be had back for 30 days. */
  private bucket(id: string, more: s3.BucketProps, expiresAfterDays?: number): s3.Bucket {
    return new s3.Bucket(this, id, {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      lifecycleRules: [
        {
          abortIncompleteMultipartUploadAfter: Duration.days(7),
          noncurrentVersionExpiration: Duration.days(30),
          ...(expiresAfterDays === undefined ? {} : { expiration: Duration.days(expiresAfterDays) }),
        },
      ],
      ...more,
    })
  }
}
