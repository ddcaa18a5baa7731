import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
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
  readonly databases: readonly string[]

  constructor(scope: Construct, id: string, { namespaces, ...props }: StackProps & { namespaces: readonly string[] }) {
    super(scope, id, props)
    const key = new kms.Key(this, 'Key', {
      alias: 'alias/blotter',
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.RETAIN,
    })
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'ServicesOfThisAccount',
        principals: ['cloudtrail', 'events', 'cloudwatch', 'sns', 'airflow', 'airflow-env'].map(
          (name) => new iam.ServicePrincipal(`${name}.amazonaws.com`),
        ),
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    )
    key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'LogsOfThisAccount',
        principals: [new iam.ServicePrincipal(`logs.${this.region}.amazonaws.com`)],
        actions: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${this.partition}:logs:${this.region}:${this.account}:*` },
        },
      }),
    )
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
    this.databases = namespaces
    for (const name of namespaces) {
      new glue.CfnDatabase(this, `Database-${name}`, {
        catalogId: this.account,
        databaseInput: {
          name,
          description: `Blotter: ${name}`,
          locationUri: this.lake.s3UrlForObject(name),
        },
      })
    }
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
