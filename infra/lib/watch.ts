import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as budgets from 'aws-cdk-lib/aws-budgets'
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as iam from 'aws-cdk-lib/aws-iam'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { Airflow } from './airflow.ts'
import type { Lake } from './lake.ts'
import type { Loader } from './loader.ts'
import type { Quicksight } from './quicksight.ts'
import type { Source } from './source.ts'

interface WatchProps extends StackProps {
  lake: Lake
  source: Source
  airflow: Airflow
  loader: Loader | undefined
  quicksight: Quicksight | undefined
  mail: string
  budgetUsd: number
}

/** Who did what, what fails, and what it costs; people are told by mail. */
export class Watch extends Stack {
  constructor(scope: Construct, id: string, { lake, mail, budgetUsd, ...props }: WatchProps) {
    super(scope, id, props)
    const topic = new sns.Topic(this, 'Alarms', { displayName: 'Blotter', masterKey: lake.key, enforceSSL: true })
    topic.addSubscription(new subscriptions.EmailSubscription(mail))
    // A topic with a policy of its own has lost the one by which alarms of the account may publish.
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    )
    this.trail(lake)
    this.alarms(topic, props)
    this.failures(topic, props)
    this.budget(mail, budgetUsd)
  }

  /** What is told of by a figure. */
  private alarms(topic: sns.Topic, { source, airflow }: Pick<WatchProps, 'source' | 'airflow'>): void {
    const alarm = (
      name: string,
      metric: cloudwatch.Metric,
      more: Omit<cloudwatch.CreateAlarmOptions, 'evaluationPeriods'>,
    ): void => {
      metric.createAlarm(this, name, { evaluationPeriods: 3, ...more }).addAlarmAction(new actions.SnsAction(topic))
    }
    alarm('SourceStorage', source.database.metricFreeStorageSpace(), {
      threshold: 5 * 2 ** 30,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      alarmDescription: 'Less than 5 GiB are free in MySQL.',
    })
    alarm('SourceCpu', source.database.metricCPUUtilization(), {
      threshold: 90,
      alarmDescription: 'MySQL has been at 90 % of its processors for a quarter of an hour.',
    })
    const heartbeat = new cloudwatch.Metric({
      namespace: 'AmazonMWAA',
      metricName: 'SchedulerHeartbeat',
      dimensionsMap: { Function: 'Scheduler', Environment: airflow.environmentName },
      statistic: cloudwatch.Stats.SAMPLE_COUNT,
    })
    alarm('SchedulerSilent', heartbeat, {
      threshold: 1,
      comparisonOperator: cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      alarmDescription:
        'Airflow’s scheduler has been silent for a quarter of an hour: no batch is begun, and none is told to be late.',
    })
  }

  /** What is told of by an event. */
  private failures(topic: sns.Topic, { loader, quicksight }: Pick<WatchProps, 'loader' | 'quicksight'>): void {
    const told = (id: string, description: string, eventPattern: events.EventPattern): void => {
      new events.Rule(this, id, { description, eventPattern, targets: [new targets.SnsTopic(topic)] })
    }
    told('ClusterFailed', 'A cluster ended by itself with errors, or one of its steps failed.', {
      source: ['aws.emr'],
      detailType: ['EMR Cluster State Change', 'EMR Step Status Change'],
      detail: { state: ['TERMINATED_WITH_ERRORS', 'FAILED', 'INTERRUPTED'] },
    })
    told('RotationFailed', 'A secret was not renewed.', {
      source: ['aws.secretsmanager'],
      detail: { eventName: ['RotationFailed'] },
    })
    if (loader) {
      told('LoadFailed', 'The portal was not loaded into MySQL: the task failed, or never started.', {
        source: ['aws.ecs'],
        detailType: ['ECS Task State Change'],
        detail: {
          clusterArn: [loader.cluster.clusterArn],
          lastStatus: ['STOPPED'],
          $or: [{ containers: { exitCode: [{ 'anything-but': 0 }] } }, { stopCode: ['TaskFailedToStart'] }],
        },
      })
    }
    if (quicksight) {
      told('RefreshFailed', 'The dashboard shows the batch before: SPICE was not loaded.', {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [quicksight.refresh.stateMachineArn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
      })
    }
  }

  private budget(mail: string, amount: number): void {
    new budgets.CfnBudget(this, 'Budget', {
      budget: {
        budgetName: 'blotter',
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount, unit: 'USD' },
      },
      notificationsWithSubscribers: [80, 100].map((threshold) => ({
        notification: {
          notificationType: threshold === 100 ? 'FORECASTED' : 'ACTUAL',
          comparisonOperator: 'GREATER_THAN',
          threshold,
          thresholdType: 'PERCENTAGE',
        },
        subscribers: [{ subscriptionType: 'EMAIL', address: mail }],
      })),
    })
  }

  private trail(lake: Lake): void {
    const trail = new cloudtrail.Trail(this, 'Trail', {
      bucket: lake.logs,
      s3KeyPrefix: 'trail',
      isMultiRegionTrail: true,
      enableFileValidation: true,
      encryptionKey: lake.key,
      sendToCloudWatchLogs: true,
      cloudWatchLogGroup: new logs.LogGroup(this, 'TrailLog', {
        retention: logs.RetentionDays.ONE_YEAR,
        encryptionKey: lake.key,
        removalPolicy: RemovalPolicy.RETAIN,
      }),
    })
    trail.addS3EventSelector([{ bucket: lake.lake }])
  }
}
