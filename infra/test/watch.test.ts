import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { propertiesOf, synthesise } from './synthesised.ts'

describe('Who watches', () => {
  let watch: Template

  before(async () => {
    watch = (await synthesise()).Watch!
  })

  it('sees in a log what was done in every region, and who read and wrote the lake', () => {
    watch.hasResourceProperties('AWS::CloudTrail::Trail', {
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
      KMSKeyId: Match.anyValue(),
      EventSelectors: [
        Match.objectLike({
          DataResources: [Match.objectLike({ Type: 'AWS::S3::Object', Values: [Match.objectLike({})] })],
        }),
      ],
    })
  })

  it('is told by mail of alarms and of events, which both may publish on the topic', () => {
    watch.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'blotter@example.org' })
    for (const service of ['cloudwatch', 'events'])
      watch.hasResourceProperties('AWS::SNS::TopicPolicy', {
        PolicyDocument: Match.objectLike({
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Allow',
              Action: 'sns:Publish',
              Principal: { Service: `${service}.amazonaws.com` },
            }),
          ]),
        }),
      })
    const alarms = propertiesOf<{ MetricName: string; AlarmActions: unknown[]; TreatMissingData?: string }>(
      watch,
      'AWS::CloudWatch::Alarm',
    )
    const byMetric = Object.fromEntries(Object.values(alarms).map((alarm) => [alarm.MetricName, alarm]))
    assert.deepEqual(Object.keys(byMetric).sort(), ['CPUUtilization', 'FreeStorageSpace', 'SchedulerHeartbeat'])
    for (const { AlarmActions } of Object.values(alarms)) assert.equal(AlarmActions.length, 1)
    // A scheduler that is dead says nothing, and that is the alarm.
    assert.equal(byMetric.SchedulerHeartbeat!.TreatMissingData, 'breaching')
  })

  it('is told of what fails: clusters, rotations, loads and refreshes', () => {
    const rules = propertiesOf<{ EventPattern: { source: string[]; detail: Record<string, unknown> }; Targets: unknown[] }>(
      watch,
      'AWS::Events::Rule',
    )
    const bySource = Object.fromEntries(
      Object.values(rules).map(({ EventPattern }) => [EventPattern.source[0], EventPattern]),
    )
    assert.deepEqual(bySource['aws.emr']!.detail.state, ['TERMINATED_WITH_ERRORS', 'FAILED', 'INTERRUPTED'])
    assert.deepEqual(bySource['aws.secretsmanager']!.detail.eventName, ['RotationFailed'])
    assert.deepEqual(bySource['aws.ecs']!.detail.$or, [
      { containers: { exitCode: [{ 'anything-but': 0 }] } },
      { stopCode: ['TaskFailedToStart'] },
    ])
    assert.deepEqual(bySource['aws.states']!.detail.status, ['FAILED', 'TIMED_OUT', 'ABORTED'])
    for (const { Targets } of Object.values(rules)) assert.equal(Targets.length, 1)
  })

  it('hears of spending when most of the budget is gone, and when it is going to be', () => {
    const notified = (NotificationType: string, Threshold: number) =>
      Match.objectLike({
        Notification: Match.objectLike({ NotificationType, Threshold }),
        Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'blotter@example.org' }],
      })
    watch.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: Match.objectLike({ BudgetLimit: { Amount: 750, Unit: 'USD' }, TimeUnit: 'MONTHLY' }),
      NotificationsWithSubscribers: Match.arrayWith([notified('ACTUAL', 80), notified('FORECASTED', 100)]),
    })
  })
})
