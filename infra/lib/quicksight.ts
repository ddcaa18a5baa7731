import { Aws, Stack, type StackProps } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as quicksight from 'aws-cdk-lib/aws-quicksight'
import * as sfn from 'aws-cdk-lib/aws-stepfunctions'
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks'
import type { Construct } from 'constructs'
import type { SqlTable } from '../../src/model/pipeline.ts'
import type { Athena } from './athena.ts'
import type { Lake } from './lake.ts'
import { type DashboardFile, dashboardDefinition } from './quicksight-definition.ts'

interface QuicksightProps extends StackProps {
  athena: Athena
  lake: Lake
  /** The table that the dashboard shows. */
  table: SqlTable
  dashboards: readonly DashboardFile[]
  /** `arn:aws:quicksight:…:user/default/NAME` */
  user: string
}

const TYPES: Readonly<Record<string, string>> = {
  long: 'INTEGER',
  int: 'INTEGER',
  double: 'DECIMAL',
  boolean: 'BOOLEAN',
  timestamp: 'DATETIME',
  timestamptz: 'DATETIME',
  string: 'STRING',
}

/** The dashboard in QuickSight: its data in SPICE, refreshed when a batch is committed, the same definition as Blotter's own. */
export class Quicksight extends Stack {
  constructor(scope: Construct, id: string, { athena, lake, table, dashboards, user, ...props }: QuicksightProps) {
    super(scope, id, props)
    const account = { awsAccountId: this.account }
    const permissions = (...names: string[]): { principal: string; actions: string[] }[] => [
      { principal: user, actions: names.map((name) => `quicksight:${name}`) },
    ]
    const source = new quicksight.CfnDataSource(this, 'Source', {
      ...account,
      dataSourceId: 'blotter',
      name: 'Blotter',
      type: 'ATHENA',
      dataSourceParameters: { athenaParameters: { workGroup: athena.workgroup.name } },
      sslProperties: { disableSsl: false },
      permissions: permissions('DescribeDataSource', 'DescribeDataSourcePermissions', 'PassDataSource'),
    })
    const [schema, name] = table.name.split('.') as [string, string]
    const dataSet = new quicksight.CfnDataSet(this, 'Data', {
      ...account,
      dataSetId: `blotter-${name}`,
      name: table.name,
      importMode: 'SPICE',
      physicalTableMap: {
        processed: {
          relationalTable: {
            dataSourceArn: source.attrArn,
            catalog: 'AwsDataCatalog',
            schema,
            name,
            inputColumns: table.columns.map((column) => ({ name: column.name, type: TYPES[column.type] ?? 'STRING' })),
          },
        },
      },
      permissions: permissions(
        'DescribeDataSet',
        'DescribeDataSetPermissions',
        'PassDataSet',
        'DescribeIngestion',
        'ListIngestions',
        'CreateIngestion',
        'CancelIngestion',
      ),
    })
    for (const file of dashboards) {
      const definition = dashboardDefinition(file, table, dataSet.attrArn)
      const seen = { ...account, name: file.definition.title, definition }
      new quicksight.CfnAnalysis(this, `Analysis-${file.name}`, {
        ...seen,
        analysisId: `blotter-${file.name}`,
        permissions: permissions(
          'DescribeAnalysis',
          'DescribeAnalysisPermissions',
          'QueryAnalysis',
          'UpdateAnalysis',
          'RestoreAnalysis',
          'DeleteAnalysis',
          'UpdateAnalysisPermissions',
        ),
      })
      new quicksight.CfnDashboard(this, `Dashboard-${file.name}`, {
        ...seen,
        dashboardId: `blotter-${file.name}`,
        permissions: permissions('DescribeDashboard', 'ListDashboardVersions', 'QueryDashboard'),
      })
    }
    this.refreshOn(dataSet, lake)
  }

  /** A commit moves `history.batches` last: its event starts an ingestion, and so does anybody who starts the state machine. */
  private refreshOn(dataSet: quicksight.CfnDataSet, lake: Lake): void {
    const refresh = new sfn.StateMachine(this, 'Refresh', {
      stateMachineName: 'blotter-refresh',
      tracingEnabled: true,
      logs: {
        level: sfn.LogLevel.ALL,
        destination: new logs.LogGroup(this, 'RefreshLog', {
          retention: logs.RetentionDays.THREE_MONTHS,
          encryptionKey: lake.key,
        }),
      },
      definitionBody: sfn.DefinitionBody.fromChainable(
        new tasks.CallAwsService(this, 'Ingest', {
          service: 'quicksight',
          action: 'createIngestion',
          parameters: {
            AwsAccountId: Aws.ACCOUNT_ID,
            DataSetId: dataSet.dataSetId,
            IngestionId: sfn.JsonPath.stringAt('$$.Execution.Name'),
            IngestionType: 'FULL_REFRESH',
          },
          iamAction: 'quicksight:CreateIngestion',
          iamResources: [`${dataSet.attrArn}/ingestion/*`],
        }).addRetry({ maxAttempts: 5 }),
      ),
    })
    new events.Rule(this, 'Committed', {
      description: 'A batch is committed: history.batches has a new version.',
      eventPattern: {
        source: ['aws.glue'],
        detailType: ['Glue Data Catalog Table State Change'],
        detail: { databaseName: ['history'], tableName: ['batches'], typeOfChange: ['UpdateTable'] },
      },
      targets: [new targets.SfnStateMachine(refresh)],
    })
  }
}
