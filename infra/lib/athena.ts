import { Stack, type StackProps } from 'aws-cdk-lib'
import * as athena from 'aws-cdk-lib/aws-athena'
import * as glue from 'aws-cdk-lib/aws-glue'
import * as iam from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import type { Pipeline } from '../../src/model/pipeline.ts'
import { namedQueries, type View, VIEWS, views } from './athena-sql.ts'
import type { Lake } from './lake.ts'

interface AthenaProps extends StackProps {
  lake: Lake
  pipeline: Pipeline
  scanLimitBytes: number
}

/** SQL over the lake for people: a workgroup with limits, views, and queries to begin with. */
export class Athena extends Stack {
  readonly workgroup: athena.CfnWorkGroup
  private readonly lake: Lake

  constructor(scope: Construct, id: string, { lake, pipeline, scanLimitBytes, ...props }: AthenaProps) {
    super(scope, id, props)
    this.lake = lake
    this.workgroup = new athena.CfnWorkGroup(this, 'Workgroup', {
      name: 'blotter',
      description: 'Reads the lake; results are gone after 30 days.',
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: scanLimitBytes,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: lake.results.s3UrlForObject('athena/'),
          expectedBucketOwner: this.account,
          encryptionConfiguration: { encryptionOption: 'SSE_S3' },
        },
      },
    })
    const queries = namedQueries(pipeline, '2026-11-23T06:00:00Z')
    for (const [name, { database, description, sql }] of Object.entries(queries)) {
      const query = new athena.CfnNamedQuery(this, `Query-${name}`, {
        name,
        database,
        description,
        queryString: sql,
        workGroup: this.workgroup.name,
      })
      query.addResourceDependency(this.workgroup)
    }
    const database = lake.database(this, VIEWS, 'Views over the lake.')
    for (const [name, view] of Object.entries(views(pipeline))) {
      const table = new glue.CfnTable(this, `View-${name}`, {
        catalogId: this.account,
        databaseName: VIEWS,
        tableInput: { name, ...glueView(view) },
      })
      table.addResourceDependency(database)
    }
  }

  /** What whoever asks the lake in this workgroup may do, person or service: read it, and keep results. */
  reading(): iam.PolicyStatement[] {
    const { lake } = this
    const statement = (sid: string, actions: string[], ...resources: string[]): iam.PolicyStatement =>
      new iam.PolicyStatement({ sid, actions, resources })
    return [
      statement(
        'Workgroup',
        ASKING.map((action) => `athena:${action}`),
        this.formatArn({ service: 'athena', resource: 'workgroup', resourceName: this.workgroup.name }),
      ),
      statement(
        'Catalog',
        ['GetDataCatalog', 'GetDatabase', 'ListDatabases', 'GetTableMetadata', 'ListTableMetadata'].map(
          (action) => `athena:${action}`,
        ),
        this.formatArn({ service: 'athena', resource: 'datacatalog', resourceName: 'AwsDataCatalog' }),
      ),
      statement(
        'Tables',
        ['GetDatabase', 'GetDatabases', 'GetTable', 'GetTables'].map((action) => `glue:${action}`),
        ...lake.tables,
        ...lake.tablesOf(VIEWS),
      ),
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
}

const ASKING = [
  'BatchGetNamedQuery',
  'GetNamedQuery',
  'GetQueryExecution',
  'GetQueryResults',
  'GetQueryResultsStream',
  'GetWorkGroup',
  'ListNamedQueries',
  'ListQueryExecutions',
  'StartQueryExecution',
  'StopQueryExecution',
]

/** A view as Athena keeps it in Glue: its SQL and columns as JSON in Base64, and the columns once more in Hive's words. */
function glueView({ description, sql, columns }: View): Omit<glue.CfnTable.TableInputProperty, 'name'> {
  const kept = { originalSql: sql, catalog: 'awsdatacatalog', schema: VIEWS, columns }
  return {
    description,
    tableType: 'VIRTUAL_VIEW',
    parameters: { presto_view: 'true', comment: 'Presto View' },
    viewOriginalText: `/* Presto View: ${Buffer.from(JSON.stringify(kept)).toString('base64')} */`,
    viewExpandedText: '/* Presto View */',
    storageDescriptor: { columns: columns.map(({ name, type }) => ({ name, type: hiveType(type) })) },
  }
}

function hiveType(type: string): string {
  if (type.startsWith('timestamp')) return 'timestamp'
  return { varchar: 'string', integer: 'int' }[type] ?? type
}
