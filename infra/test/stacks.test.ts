import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { App } from 'aws-cdk-lib'
import { Match, type Template } from 'aws-cdk-lib/assertions'
import { unzipSync } from 'fflate'
import { JARS } from '../../src/engine/spark/installation.ts'
import { packagesOf } from '../lib/airflow-files.ts'
import { readDefinition } from '../lib/definition.ts'
import { EMR_MAY_USE } from '../lib/network.ts'
import { settingsOf } from '../lib/settings.ts'
import { listed, propertiesOf, statementsOf, synthesise } from './synthesised.ts'

describe('What makes the batches', () => {
  let stacks: Record<string, Template>
  let dag: string
  const of = (name: string): Template => stacks[name]!

  before(async () => {
    stacks = await synthesise()
    const { files } = await readDefinition(settingsOf(new App()))
    dag = files.find(({ path }) => path.startsWith('dags/'))!.text
  })

  it('has Spark find its tables in Glue, and its jars in the bucket of the code: a cluster reaches no Maven', () => {
    assert.match(dag, /"spark\.sql\.catalog\.blotter\.type": "glue"/)
    assert.match(dag, /"spark\.sql\.catalog\.blotter\.io-impl": "org\.apache\.iceberg\.aws\.s3\.S3FileIO"/)
    assert.match(dag, /"--jars", "\$\{code\}\/jars\/\*\.jar"\]/)
    assert.doesNotMatch(dag, /spark\.jars\.packages|sqlite/)
    const jars = readFileSync(new URL('../spark-jars.xml', import.meta.url), 'utf8')
    const [group, name, version] = JARS.mysql.split(':')
    const dependency = `<groupId>${group}</groupId><artifactId>${name}</artifactId><version>${version}</version>`
    assert.ok(jars.includes(dependency), `spark-jars.xml does not name ${JARS.mysql}`)
    // Two Icebergs on one class path are none: EMR has its own.
    assert.match(dag, /"iceberg\.enabled": "true"/)
    assert.doesNotMatch(jars, /iceberg-spark-runtime/)
  })

  it('gives MWAA the DAG and its settings, reads passwords from Secrets Manager, and has none in its options', () => {
    const [environment] = Object.values(
      propertiesOf<{ AirflowConfigurationOptions: Record<string, string>; WebserverAccessMode: string }>(
        of('Airflow'),
        'AWS::MWAA::Environment',
      ),
    )
    const options = environment!.AirflowConfigurationOptions
    assert.match(options['secrets.backend']!, /SecretsManagerBackend$/)
    assert.deepEqual(
      Object.keys(options).filter((name) => /password|smtp_user|_key$/i.test(name)),
      [],
    )
    assert.doesNotMatch(JSON.stringify(options), /resolve:secretsmanager/)
    assert.equal(environment!.WebserverAccessMode, 'PRIVATE_ONLY')
    of('Airflow').resourceCountIs('Custom::CDKBucketDeployment', 2)
  })

  it('gives MWAA the rights without which it makes no environment', () => {
    const actions = new Set(statementsOf(of('Airflow')).flatMap(({ Action }) => listed(Action)))
    for (const wanted of [
      'airflow:PublishMetrics',
      'cloudwatch:PutMetricData',
      'kms:GenerateDataKey*',
      'logs:DescribeLogGroups',
      'logs:GetQueryResults',
      's3:GetAccountPublicAccessBlock',
      's3:GetBucket*',
      'sqs:SendMessage',
    ])
      assert.ok(actions.has(wanted), wanted)
  })

  it('brings wheels with the plugins, and installs from them alone: Airflow reaches no package index', () => {
    const wheels = mkdtempSync(join(tmpdir(), 'blotter-wheels-'))
    try {
      const plugin = { path: 'plugins/blotter_deadline.py', text: 'a plugin' }
      const without = packagesOf([], wheels)
      assert.equal(without.archive, undefined)
      writeFileSync(join(wheels, 'PyMySQL-1.2.4-py3-none-any.whl'), 'a wheel')
      const { requirements, archive } = packagesOf([plugin], wheels)
      assert.match(requirements, /^--no-index\n--find-links \/usr\/local\/airflow\/plugins\nPyMySQL$/m)
      assert.match(requirements, /--constraint /)
      const entries = unzipSync(archive!)
      const texts = Object.entries(entries).map(([name, bytes]) => [name, new TextDecoder().decode(bytes)])
      assert.deepEqual(Object.fromEntries(texts), {
        'blotter_deadline.py': 'a plugin',
        'PyMySQL-1.2.4-py3-none-any.whl': 'a wheel',
      })
    } finally {
      rmSync(wheels, { recursive: true })
    }
  })

  it('lets no role and no person do everything, or anything to everything but what knows no resource', () => {
    const unbound = [
      'elasticmapreduce:RunJobFlow',
      'ecr:GetAuthorizationToken',
      's3:GetAccountPublicAccessBlock',
      'cloudwatch:PutMetricData',
      'athena:ListWorkGroups',
      'athena:ListDataCatalogs',
      'iam:GetAccountPasswordPolicy',
      'iam:ListVirtualMFADevices',
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
    const groups = Object.values(
      propertiesOf<{ Tags: { Key: string }[]; SecurityGroupEgress?: unknown[] }>(of('Spark'), 'AWS::EC2::SecurityGroup'),
    )
    assert.equal(groups.length, 2)
    for (const { Tags, SecurityGroupEgress = [] } of groups) {
      assert.ok(Tags.some(({ Key }) => Key === EMR_MAY_USE))
      assert.ok(!JSON.stringify(SecurityGroupEgress).includes('0.0.0.0/0'))
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

  it('runs on spot instances of several types, and on demand where none comes', () => {
    assert.match(dag, /fleet\("CORE", TargetSpotCapacity=/)
    assert.match(dag, /"AllocationStrategy": "capacity-optimized"/)
    assert.match(dag, /"TimeoutAction": "SWITCH_TO_ON_DEMAND"/)
    const [, types = ''] = /"instance_types": \[([^\]]*)\]/.exec(dag) ?? []
    assert.ok(types.split(',').length >= 3)
  })

  it('encrypts the files and the disks of clusters by a key that EMR may hand to them, and asks tokens of who asks for roles', () => {
    of('Spark').hasResourceProperties('AWS::EMR::SecurityConfiguration', {
      SecurityConfiguration: Match.objectLike({
        EncryptionConfiguration: Match.objectLike({
          EnableAtRestEncryption: true,
          AtRestEncryptionConfiguration: Match.objectLike({
            LocalDiskEncryptionConfiguration: Match.objectLike({ EnableEbsEncryption: true }),
            S3EncryptionConfiguration: Match.objectLike({ EncryptionMode: 'SSE-KMS' }),
          }),
        }),
        InstanceMetadataServiceConfiguration: Match.objectLike({ MinimumInstanceMetadataServiceVersion: 2 }),
      }),
    })
    const grants = statementsOf(of('Spark')).filter(({ Action }) => listed(Action).includes('kms:CreateGrant'))
    assert.deepEqual(
      grants.map(({ Condition }) => Condition),
      [{ Bool: { 'kms:GrantIsForAWSResource': 'true' } }],
    )
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
