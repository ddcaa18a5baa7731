import { Aws, CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as iam from 'aws-cdk-lib/aws-iam'
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

/** The state machine that loads SPICE anew. */
export const REFRESH = 'blotter-refresh'

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
  readonly refresh: sfn.StateMachine

  constructor(scope: Construct, id: string, props: QuicksightProps) {
    super(scope, id, props)
    const data = this.data(props)
    for (const file of props.dashboards) this.show(file, props, data)
    this.refresh = this.refreshing(data, props.lake)
    new CfnOutput(this, 'RefreshNow', {
      description: 'Loads the newest batch into SPICE at once.',
      value: `aws stepfunctions start-execution --state-machine-arn ${this.refresh.stateMachineArn}`,
    })
    new events.Rule(this, 'Committed', {
      description: 'A batch is committed: history.batches has a new version.',
      eventPattern: {
        source: ['aws.glue'],
        detailType: ['Glue Data Catalog Table State Change'],
        detail: { databaseName: ['history'], tableName: ['batches'], typeOfChange: ['UpdateTable'] },
      },
      targets: [new targets.SfnStateMachine(this.refresh)],
    })
  }

  /** The table in SPICE, read by Athena. */
  private data({ athena, table, user }: QuicksightProps): quicksight.CfnDataSet {
    const reader = this.reader(athena)
    const source = new quicksight.CfnDataSource(this, 'Source', {
      awsAccountId: this.account,
      dataSourceId: 'blotter',
      name: 'Blotter',
      type: 'ATHENA',
      dataSourceParameters: { athenaParameters: { workGroup: athena.workgroup.name, roleArn: reader.roleArn } },
      sslProperties: { disableSsl: false },
      permissions: granted(user, 'DescribeDataSource', 'DescribeDataSourcePermissions', 'PassDataSource'),
    })
    // Its rights are there before it is used.
    source.node.addDependency(reader)
    const [schema, name] = table.name.split('.') as [string, string]
    return new quicksight.CfnDataSet(this, 'Data', {
      awsAccountId: this.account,
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
      permissions: granted(
        user,
        'DescribeDataSet',
        'DescribeDataSetPermissions',
        'PassDataSet',
        'DescribeIngestion',
        'ListIngestions',
        'CreateIngestion',
        'CancelIngestion',
      ),
    })
  }

  /** One dashboard to look at, and the same as an analysis to go on from. */
  private show(file: DashboardFile, { table, user }: QuicksightProps, data: quicksight.CfnDataSet): void {
    const definition = dashboardDefinition(file, table, data.attrArn)
    const shown = { awsAccountId: this.account, name: file.definition.title, definition }
    new quicksight.CfnAnalysis(this, `Analysis-${file.name}`, {
      ...shown,
      analysisId: `blotter-${file.name}`,
      permissions: granted(
        user,
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
      ...shown,
      dashboardId: `blotter-${file.name}`,
      permissions: granted(user, 'DescribeDashboard', 'ListDashboardVersions', 'QueryDashboard'),
    })
  }

  /** A role of its own: that which QuickSight has in the whole account need not see the lake. */
  private reader(athena: Athena): iam.Role {
    const role = new iam.Role(this, 'Reader', {
      assumedBy: new iam.ServicePrincipal('quicksight.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    })
    for (const statement of athena.reading()) role.addToPolicy(statement)
    return role
  }

  /**
   * Loads the data anew and waits for its end, so that a load that failed is an execution that failed. Whoever starts it starts a
   * refresh: a commit, which moves `history.batches` last, or a person.
   */
  private refreshing({ dataSetId, attrArn }: quicksight.CfnDataSet, lake: Lake): sfn.StateMachine {
    const ingestion = {
      AwsAccountId: Aws.ACCOUNT_ID,
      DataSetId: dataSetId,
      IngestionId: sfn.JsonPath.stringAt('$$.Execution.Name'),
    }
    const call = (id: string, action: string, parameters: Record<string, unknown>): tasks.CallAwsService =>
      new tasks.CallAwsService(this, id, {
        service: 'quicksight',
        action,
        parameters,
        iamAction: `quicksight:${action[0]!.toUpperCase()}${action.slice(1)}`,
        iamResources: [`${attrArn}/ingestion/*`],
      })
    const ingest = call('Ingest', 'createIngestion', { ...ingestion, IngestionType: 'FULL_REFRESH' })
    const look = call('Look', 'describeIngestion', ingestion)
    const wait = new sfn.Wait(this, 'Wait', { time: sfn.WaitTime.duration(Duration.seconds(15)) })
    const state = '$.Ingestion.IngestionStatus'
    const decide = new sfn.Choice(this, 'Decide')
      .when(sfn.Condition.stringEquals(state, 'COMPLETED'), new sfn.Succeed(this, 'Loaded'))
      .when(
        sfn.Condition.or(...['FAILED', 'CANCELLED'].map((end) => sfn.Condition.stringEquals(state, end))),
        new sfn.Fail(this, 'NotLoaded', {
          cause: 'SPICE has the data of before; QuickSight says why (the data set, Refresh).',
        }),
      )
      .otherwise(wait)
    return new sfn.StateMachine(this, 'Refresh', {
      stateMachineName: REFRESH,
      tracingEnabled: true,
      timeout: Duration.hours(2),
      logs: {
        level: sfn.LogLevel.ALL,
        destination: new logs.LogGroup(this, 'RefreshLog', {
          retention: logs.RetentionDays.THREE_MONTHS,
          encryptionKey: lake.key,
        }),
      },
      definitionBody: sfn.DefinitionBody.fromChainable(
        ingest
          .addRetry({ maxAttempts: 5 })
          .next(wait)
          .next(look.addRetry({ maxAttempts: 5 }))
          .next(decide),
      ),
    })
  }
}

function granted(principal: string, ...names: string[]): { principal: string; actions: string[] }[] {
  return [{ principal, actions: names.map((name) => `quicksight:${name}`) }]
}
