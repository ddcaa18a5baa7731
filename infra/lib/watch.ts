import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib'
import * as budgets from 'aws-cdk-lib/aws-budgets'
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail'
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch'
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions'
import * as events from 'aws-cdk-lib/aws-events'
import * as targets from 'aws-cdk-lib/aws-events-targets'
import * as logs from 'aws-cdk-lib/aws-logs'
import * as sns from 'aws-cdk-lib/aws-sns'
import * as subscriptions from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { Lake } from './lake.ts'
import type { Source } from './source.ts'

interface WatchProps extends StackProps {
  lake: Lake
  source: Source
  mail: string
  budgetUsd: number
}

/** Who did what, what fails, and what it costs; people are told by mail. */
export class Watch extends Stack {
  constructor(scope: Construct, id: string, { lake, source, mail, budgetUsd, ...props }: WatchProps) {
    super(scope, id, props)
    const topic = new sns.Topic(this, 'Alarms', { displayName: 'Blotter', masterKey: lake.key, enforceSSL: true })
    topic.addSubscription(new subscriptions.EmailSubscription(mail))
    this.trail(lake)
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
    new events.Rule(this, 'ClusterFailed', {
      description: 'A cluster ended by itself with errors, or one of its steps failed.',
      eventPattern: {
        source: ['aws.emr'],
        detailType: ['EMR Cluster State Change', 'EMR Step Status Change'],
        detail: { state: ['TERMINATED_WITH_ERRORS', 'FAILED', 'INTERRUPTED'] },
      },
      targets: [new targets.SnsTopic(topic)],
    })
    new events.Rule(this, 'RotationFailed', {
      description: 'A secret was not renewed.',
      eventPattern: { source: ['aws.secretsmanager'], detail: { eventName: ['RotationFailed'] } },
      targets: [new targets.SnsTopic(topic)],
    })
    new budgets.CfnBudget(this, 'Budget', {
      budget: {
        budgetName: 'blotter',
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budgetUsd, unit: 'USD' },
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
