import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { JARS } from '../../src/engine/spark/installation.ts'
import { readDefinition } from '../lib/definition.ts'
import { EMR_MAY_USE } from '../lib/network.ts'
import { settingsOf } from '../lib/settings.ts'
import { listed, statementsOf, synthesise } from './synthesised.ts'

describe('Blotter on AWS', () => {
  let stacks: Record<string, Template>
  const of = (name: string): Template => stacks[`Blotter${name}`]!

  before(async () => {
    stacks = await synthesise()
  })

  it('keeps data in subnets without a way out, and reaches AWS from within', () => {
    const network = of('Network')
    const isPublic = { MapPublicIpOnLaunch: true }
    network.resourcePropertiesCountIs('AWS::EC2::Subnet', isPublic, 0)
    network.resourceCountIs('AWS::EC2::NatGateway', 1)
    const services = Object.values(network.findResources('AWS::EC2::VPCEndpoint')).map((endpoint) =>
      JSON.stringify((endpoint as { Properties: { ServiceName: unknown } }).Properties.ServiceName),
    )
    for (const name of ['s3', 'secretsmanager', 'glue', 'athena', 'elasticmapreduce', 'kms'])
      assert.ok(
        services.some((service) => service.includes(`.${name}"`)),
        `no endpoint of ${name}`,
      )
  })

  it('has no gateway to the internet at all where nothing is loaded from a portal', async () => {
    const { BlotterNetwork, BlotterLoader } = await synthesise({})
    assert.equal(BlotterLoader, undefined)
    BlotterNetwork!.resourceCountIs('AWS::EC2::NatGateway', 0)
    BlotterNetwork!.resourceCountIs('AWS::EC2::InternetGateway', 0)
  })

  it('runs MySQL encrypted, unreachable from outside, and refuses connections without TLS', () => {
    of('Source').hasResourceProperties('AWS::RDS::DBInstance', {
      StorageEncrypted: true,
      PubliclyAccessible: false,
      DeletionProtection: true,
      BackupRetentionPeriod: 7,
      MultiAZ: false,
    })
    of('Source').hasResourceProperties('AWS::RDS::DBParameterGroup', { Parameters: { require_secure_transport: '1' } })
  })

  it('renews the reader’s password every 30 days by two users who take turns', () => {
    of('Source').hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
      HostedRotationLambda: Match.objectLike({ RotationType: 'MySQLMultiUser' }),
    })
    of('Source').hasResourceProperties('AWS::SecretsManager::Secret', { Name: 'blotter/mysql' })
  })

  it('closes every bucket to the public and to plain HTTP, encrypts and versions it, and lets old versions go', () => {
    const buckets = of('Lake').findResources('AWS::S3::Bucket')
    assert.equal(Object.keys(buckets).length, 5)
    of('Lake').allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: Match.anyValue(),
      LifecycleConfiguration: Match.objectLike({
        Rules: Match.arrayWith([Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: 30 } })]),
      }),
    })
    const policies = Object.values(of('Lake').findResources('AWS::S3::BucketPolicy')).map((policy) => JSON.stringify(policy))
    assert.equal(policies.filter((policy) => policy.includes('"aws:SecureTransport":"false"')).length, 5)
  })

  it('has Spark find its tables in Glue, and its jars in the bucket of the code: a cluster reaches no Maven', async () => {
    const app = new App()
    const { files } = await readDefinition(settingsOf(app))
    const dag = files.find(({ path }) => path.startsWith('dags/'))!.text
    assert.match(dag, /"spark\.sql\.catalog\.blotter\.type": "glue"/)
    assert.match(dag, /"spark\.sql\.catalog\.blotter\.io-impl": "org\.apache\.iceberg\.aws\.s3\.S3FileIO"/)
    assert.match(dag, /"--jars", "\$\{code\}\/jars\/\*\.jar"\]/)
    assert.doesNotMatch(dag, /spark\.jars\.packages|sqlite/)
    const jars = readFileSync(new URL('../spark-jars.xml', import.meta.url), 'utf8')
    const [group, name, version] = JARS.mysql.coordinates.split(':')
    const dependency = `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`
    assert.ok(jars.includes(dependency), `spark-jars.xml does not name ${JARS.mysql.coordinates}`)
    // Two Icebergs on one class path are none: EMR has its own.
    assert.match(dag, /"iceberg\.enabled": "true"/)
    assert.doesNotMatch(jars, /iceberg-spark-runtime/)
  })

  it('has a Glue database for each namespace of the pipeline', () => {
    const names = Object.values(of('Lake').findResources('AWS::Glue::Database')).map(
      (database) => (database as { Properties: { DatabaseInput: { Name: string } } }).Properties.DatabaseInput.Name,
    )
    assert.deepEqual(names.sort(), ['aggregates', 'history', 'processed', 'quarantine', 'raw'])
  })

  it('gives MWAA the DAG and its settings, reads passwords from Secrets Manager, and has none in its options', () => {
    const [environment] = Object.values(of('Airflow').findResources('AWS::MWAA::Environment')) as [
      { Properties: Record<string, unknown> },
    ]
    const options = environment.Properties.AirflowConfigurationOptions as Record<string, string>
    assert.match(options['secrets.backend']!, /SecretsManagerBackend$/)
    assert.deepEqual(
      Object.keys(options).filter((name) => /password|smtp_user|_key$/i.test(name)),
      [],
    )
    assert.doesNotMatch(JSON.stringify(options), /resolve:secretsmanager/)
    assert.equal(environment.Properties.WebserverAccessMode, 'PRIVATE_ONLY')
    of('Airflow').resourceCountIs('Custom::CDKBucketDeployment', 2)
  })

  it('lets people query with a limit, and begin with queries of the pipeline’s own tables', () => {
    of('Athena').hasResourceProperties('AWS::Athena::WorkGroup', {
      WorkGroupConfiguration: { EnforceWorkGroupConfiguration: true, BytesScannedCutoffPerQuery: 10 * 2 ** 30 },
    })
    of('Athena').hasResourceProperties('AWS::Athena::NamedQuery', {
      Name: 'raw-as-of-batch',
      QueryString: Match.stringLikeRegexp('FROM raw\\.crimes FOR VERSION AS OF'),
    })
  })

  it('makes the dashboard of QuickSight from the pipeline’s own, over SPICE that a commit refreshes', () => {
    const quicksight = of('Quicksight')
    quicksight.hasResourceProperties('AWS::QuickSight::DataSet', { ImportMode: 'SPICE' })
    const [dashboard] = Object.values(quicksight.findResources('AWS::QuickSight::Dashboard')) as [{ Properties: Dashboard }]
    const { Name, Definition } = dashboard.Properties
    assert.equal(Name, 'Crimes without arrest')
    const titles = Definition.Sheets[0]!.Visuals.map((visual) => Object.values(visual)[0]!.VisualId)
    for (const id of ['types', 'months', 'districts', 'areas', 'locations', 'incidents'])
      assert.ok(titles.includes(id), `no ${id}`)
    quicksight.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({
        detail: { databaseName: ['history'], tableName: ['batches'], typeOfChange: ['UpdateTable'] },
      }),
    })
    quicksight.hasResourceProperties('AWS::StepFunctions::StateMachine', {
      DefinitionString: Match.objectLike({
        'Fn::Join': Match.arrayWith([Match.arrayWith([Match.stringLikeRegexp('quicksight:createIngestion')])]),
      }),
    })
  })

  it('logs what was done in every region, tells of failures, and of spending before it is too late', () => {
    of('Watch').hasResourceProperties('AWS::CloudTrail::Trail', { IsMultiRegionTrail: true, EnableLogFileValidation: true })
    of('Watch').hasResourceProperties('AWS::Budgets::Budget', {
      Budget: Match.objectLike({ BudgetLimit: { Amount: 750, Unit: 'USD' } }),
    })
    of('Watch').resourceCountIs('AWS::CloudWatch::Alarm', 2)
  })

  it('lets no role do everything, or anything to everything but what knows no resource', () => {
    const unbound = [
      'elasticmapreduce:RunJobFlow',
      'ecr:GetAuthorizationToken',
      /^logs:.*(Deliver|Resource|DescribeLogGroups)/,
      /^xray:/,
    ]
    for (const [name, template] of Object.entries(stacks)) {
      for (const { Action, Resource, Effect } of statementsOf(template)) {
        if (Effect !== 'Allow') continue
        const actions = listed(Action)
        assert.ok(!actions.some((action) => action === '*' || /^\w+:\*$/.test(action)), `${name}: ${actions.join()}`)
        if (Resource !== '*') continue
        for (const action of actions)
          assert.ok(
            unbound.some((one) => (typeof one === 'string' ? one === action : one.test(action))),
            `${name}: ${action} on *`,
          )
      }
    }
  })

  it('makes clusters in groups of the network’s own, which let nodes reach each other, MySQL and AWS, and EMR reach them', () => {
    const groups = Object.values(of('Spark').findResources('AWS::EC2::SecurityGroup')) as {
      Properties: { Tags: { Key: string }[]; SecurityGroupEgress: { CidrIp?: string }[] }
    }[]
    assert.equal(groups.length, 2)
    for (const { Properties } of groups) {
      assert.ok(Properties.Tags.some(({ Key }) => Key === EMR_MAY_USE))
      assert.ok(!JSON.stringify(Properties.SecurityGroupEgress ?? []).includes('0.0.0.0/0'))
    }
    for (const [kind, port] of [
      ['Ingress', 8443],
      ['Egress', 8443],
      ['Ingress', 9443],
      ['Egress', 9443],
    ] as const)
      of('Spark').hasResourceProperties(`AWS::EC2::SecurityGroup${kind}`, { FromPort: port, ToPort: port })
    const subnets = Object.values(of('Network').findResources('AWS::EC2::Subnet'))
    for (const subnet of subnets) assert.match(JSON.stringify(subnet), new RegExp(EMR_MAY_USE))
  })

  it('lets analysts ask the lake in its workgroup and change nothing, and operators run it, nobody without a second factor', () => {
    const policies = Object.entries(of('Access').findResources('AWS::IAM::ManagedPolicy')) as [
      string,
      { Properties: { PolicyDocument: { Statement: { Action?: string | string[] }[] } } },
    ][]
    const actionsOf = (name: string): string[] =>
      policies
        .filter(([id]) => id.startsWith(name))
        .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => listed(Action)))
    const [ask, run] = [actionsOf('Ask'), actionsOf('Run')]
    for (const action of ['athena:StartQueryExecution', 'glue:GetTable', 's3:GetObject', 'kms:Decrypt'])
      assert.ok(ask.includes(action), action)
    assert.deepEqual(
      ask.filter((action) => /:(?:Create|Update|Delete|Put(?!Object$))/.test(action)),
      [],
    )
    assert.ok(run.includes('airflow:CreateWebLoginToken') && run.includes('states:StartExecution'))
    assert.ok(!run.includes('secretsmanager:GetSecretValue'))
    for (const name of ['analysts', 'operators'])
      of('Access').hasResourceProperties('AWS::IAM::Group', {
        GroupName: `blotter-${name}`,
        ManagedPolicyArns: Match.arrayWith([{ Ref: Match.stringLikeRegexp('^Mfa') }]),
      })
  })

  it('lets Spark change tables and files of the pipeline, and no database, role or secret but the reader’s', () => {
    const actions = new Set(statementsOf(of('Spark')).flatMap(({ Action }) => listed(Action)))
    for (const never of [
      'glue:DeleteDatabase',
      'glue:CreateDatabase',
      'iam:CreateRole',
      'secretsmanager:PutSecretValue',
      's3:DeleteBucket',
    ])
      assert.ok(!actions.has(never), never)
    assert.ok(actions.has('glue:UpdateTable'))
  })
})

interface Dashboard {
  Name: string
  Definition: { Sheets: { Visuals: Record<string, { VisualId: string }>[] }[] }
}
