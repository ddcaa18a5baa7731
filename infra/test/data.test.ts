import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { readFileSync } from 'node:fs'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { propertiesOf, type Statement, synthesise } from './synthesised.ts'

interface Route {
  RouteTableId: { Ref: string }
  DestinationCidrBlock: string
}

interface Container {
  Command: string[]
  Environment: { Name: string; Value: string }[]
  Secrets: { Name: string }[]
  MountPoints: { ContainerPath: string; ReadOnly: boolean }[]
  ReadonlyRootFilesystem: boolean
}

describe('Where the data are', () => {
  let stacks: Record<string, Template>
  const of = (name: string): Template => stacks[name]!

  before(async () => {
    stacks = await synthesise()
  })

  it('is a network whose subnets of data have no way out', () => {
    const network = of('Network')
    network.resourcePropertiesCountIs('AWS::EC2::Subnet', { MapPublicIpOnLaunch: true }, 0)
    network.resourceCountIs('AWS::EC2::NatGateway', 1)
    const out = Object.values(propertiesOf<Route>(network, 'AWS::EC2::Route'))
    assert.ok(out.length > 0, 'the loader has no way to the portal')
    for (const { RouteTableId, DestinationCidrBlock } of out) {
      assert.equal(DestinationCidrBlock, '0.0.0.0/0')
      assert.doesNotMatch(RouteTableId.Ref, /data/)
    }
    const placed = {
      MySQL: propertiesOf(of('Source'), 'AWS::RDS::DBSubnetGroup'),
      Airflow: propertiesOf(of('Airflow'), 'AWS::MWAA::Environment'),
      rotation: propertiesOf(of('Source'), 'AWS::SecretsManager::RotationSchedule'),
    }
    for (const [what, properties] of Object.entries(placed)) {
      const subnets = JSON.stringify(properties).match(/Vpc\w+Subnet\d/g) ?? []
      assert.ok(
        subnets.length >= 2 && subnets.every((name) => name.startsWith('Vpcdata')),
        `${what} is in ${subnets.join()}`,
      )
    }
  })

  it('reaches services of AWS from within, and the mail server’s port besides', () => {
    const endpoints = Object.values(propertiesOf<{ ServiceName: unknown }>(of('Network'), 'AWS::EC2::VPCEndpoint'))
    const services = endpoints.map(({ ServiceName }) => JSON.stringify(ServiceName))
    for (const name of ['s3', 'secretsmanager', 'glue', 'athena', 'elasticmapreduce', 'kms', 'airflow.api', 'email-smtp'])
      assert.ok(
        services.some((service) => service.includes(`.${name}"`)),
        `no endpoint of ${name}`,
      )
    const groups = propertiesOf<{ SecurityGroupIngress?: { FromPort: number }[] }>(of('Network'), 'AWS::EC2::SecurityGroup')
    for (const [id, { SecurityGroupIngress = [] }] of Object.entries(groups)) {
      const expected = id.includes('emailsmtp') ? 587 : 443
      assert.deepEqual(
        SecurityGroupIngress.map(({ FromPort }) => FromPort),
        [expected],
        id,
      )
    }
  })

  it('has no gateway to the internet at all where nothing is loaded from a portal', async () => {
    const { Network, Loader } = await synthesise({})
    assert.equal(Loader, undefined)
    for (const type of ['NatGateway', 'InternetGateway', 'Route']) Network!.resourceCountIs(`AWS::EC2::${type}`, 0)
  })

  it('is a MySQL that is encrypted, unreachable from outside, and refuses connections without TLS', () => {
    of('Source').hasResourceProperties('AWS::RDS::DBInstance', {
      StorageEncrypted: true,
      PubliclyAccessible: false,
      DeletionProtection: true,
      BackupRetentionPeriod: 7,
      MultiAZ: false,
    })
    of('Source').hasResourceProperties('AWS::RDS::DBParameterGroup', { Parameters: { require_secure_transport: '1' } })
  })

  it('has a second MySQL that takes over where it is asked for', async () => {
    const { Source } = await synthesise({ multiAz: 'true' })
    Source!.hasResourceProperties('AWS::RDS::DBInstance', { MultiAZ: true })
  })

  it('renews the reader’s password every 30 days by two users who take turns, not before the first one is there', () => {
    of('Source').hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
      HostedRotationLambda: Match.objectLike({ RotationType: 'MySQLMultiUser', MasterSecretArn: Match.anyValue() }),
      RotateImmediatelyOnUpdate: false,
    })
    of('Source').hasResourceProperties('AWS::SecretsManager::RotationSchedule', {
      RotationRules: { ScheduleExpression: 'rate(30 days)' },
      HostedRotationLambda: Match.objectLike({ RotationType: 'MySQLSingleUser' }),
    })
  })

  it('keeps one login of the source, under the name by which Airflow and Spark both look for it', () => {
    const secrets = Object.values(propertiesOf<{ Name?: string }>(of('Source'), 'AWS::SecretsManager::Secret'))
    assert.deepEqual(
      secrets.flatMap(({ Name }) => Name ?? []),
      ['airflow/connections/blotter_source'],
    )
  })

  it('closes every bucket to the public and to plain HTTP, encrypts and versions it, and lets old versions go', () => {
    const lake = of('Lake')
    lake.resourceCountIs('AWS::S3::Bucket', 5)
    lake.allResourcesProperties('AWS::S3::Bucket', {
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
    const policies = Object.values(propertiesOf(lake, 'AWS::S3::BucketPolicy')).map((policy) => JSON.stringify(policy))
    assert.equal(policies.filter((policy) => policy.includes('"aws:SecureTransport":"false"')).length, 5)
  })

  it('has a Glue database for each namespace of the pipeline, with no tables: the first batch makes them', () => {
    const databases = propertiesOf<{ DatabaseInput: { Name: string } }>(of('Lake'), 'AWS::Glue::Database')
    const names = Object.values(databases).map(({ DatabaseInput }) => DatabaseInput.Name)
    assert.deepEqual(names.sort(), ['aggregates', 'history', 'processed', 'quarantine', 'raw'])
    of('Lake').resourceCountIs('AWS::Glue::Table', 0)
  })

  it('lets events use the key without a condition on their source, under which they would reach no encrypted topic', () => {
    const [key] = Object.values(propertiesOf<{ KeyPolicy: { Statement: Statement[] } }>(of('Lake'), 'AWS::KMS::Key'))
    const ofEvents = key!.KeyPolicy.Statement.filter(({ Principal }) =>
      JSON.stringify(Principal).includes('events.amazonaws.com'),
    )
    assert.equal(ofEvents.length, 1)
    assert.equal(ofEvents[0]!.Condition, undefined)
  })

  it('is filled by a task that runs `blotter load` each night, with a password that nobody sees and one place to write', () => {
    const tasks = propertiesOf<{ ContainerDefinitions: Container[] }>(of('Loader'), 'AWS::ECS::TaskDefinition')
    const [container] = Object.values(tasks).flatMap(({ ContainerDefinitions }) => ContainerDefinitions)
    const words = container!.Command.map((word) => (typeof word === 'string' ? word : JSON.stringify(word)))
    assert.deepEqual(words.slice(0, 4), ['load', '--from', 'socrata://data.example.org/abcd-1234', '--into'])
    assert.match(words[4]!, /mysql:\/\/blotter_admin@.*:3306\/chicago\?table=crimes&tls=require/)
    assert.deepEqual(
      container!.Secrets.map(({ Name }) => Name),
      ['BLOTTER_SOURCE_PASSWORD'],
    )
    assert.equal(container!.ReadonlyRootFilesystem, true)
    // Fargate gives a volume to root, unless the image itself declares its place.
    const image = readFileSync(new URL('../../examples/Containerfile', import.meta.url), 'utf8')
    const [, declared] = /^VOLUME (\S+)$/m.exec(image) ?? []
    assert.deepEqual(container!.MountPoints, [{ ContainerPath: declared, ReadOnly: false, SourceVolume: 'work' }])
    assert.deepEqual(container!.Environment, [{ Name: 'TMPDIR', Value: declared }])
    of('Loader').hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'cron(0 8 * * ? *)',
      Targets: [Match.objectLike({ EcsParameters: Match.objectLike({ LaunchType: 'FARGATE' }) })],
    })
  })
})
