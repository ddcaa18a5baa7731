import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { sparkEngine } from '../../../src/engine/spark/engine.ts'
import type { BatchPlaces } from '../../../src/engine/application.ts'
import { planOf } from './plan.ts'

const run = promisify(execFile)
const PLACES: BatchPlaces = {
  source: { host: 'db', port: 3306, database: 'chicago', user: 'blotter_ro', tls: 'require' },
  sourcePassword: 'not-for-others',
  lake: 's3://bucket/lake',
  catalog: { kind: 'sqlite', file: '/lake/catalog.sqlite' },
}
const SETTINGS = { master: 'local[*]', jars: [], conf: {}, folder: 's3://bucket/spark', secret: undefined }

interface Step {
  ActionOnFailure: string
  HadoopJarStep: { Jar: string; Args: string[] }
}

describe('What starts a compiled pipeline', () => {
  it('is a step of EMR that runs on the cluster, and has no setting of one machine', () => {
    const [step] = JSON.parse(sparkEngine.launchFiles(PLACES, SETTINGS).get('step.json')!) as Step[]
    const { Jar: jar, Args: words } = step!.HadoopJarStep
    assert.equal(jar, 'command-runner.jar')
    assert.deepEqual(words.slice(0, 3), ['spark-submit', '--master', 'yarn'])
    assert.doesNotMatch(words.join(' '), /127\.0\.0\.1|shuffle\.partitions|--conf --conf/)
    assert.deepEqual(words.slice(-3), [
      's3://bucket/spark/blotter_batch.py',
      's3://bucket/spark',
      's3://bucket/spark/work.json',
    ])
  })

  it('has Spark fetch the jars that nobody has named, but on EMR those that it brings for its own Spark', () => {
    const files = sparkEngine.launchFiles(PLACES, SETTINGS)
    assert.match(files.get('run.sh')!, /spark\.jars\.packages=org\.apache\.iceberg:.*,com\.mysql:.*,org\.xerial:/)
    assert.match(files.get('step.json')!, /spark\.jars\.packages=com\.mysql:[^"]*,org\.xerial:/)
    assert.doesNotMatch(files.get('step.json')!, /org\.apache\.iceberg:/)
    const named = sparkEngine.launchFiles(PLACES, { ...SETTINGS, jars: ['a.jar'] }).get('step.json')!
    assert.doesNotMatch(named, /packages/)
  })

  it('hands on every module that its program imports', async () => {
    const [step] = JSON.parse(sparkEngine.launchFiles(PLACES, SETTINGS).get('step.json')!) as Step[]
    const words = step!.HadoopJarStep.Args
    const programs = [...sparkEngine.compile(await planOf()).keys()].filter((name) => name.endsWith('.py'))
    const named = [...words[words.indexOf('--py-files') + 1]!.split(','), words.at(-3)!]
    assert.deepEqual(named.toSorted(), programs.map((name) => `s3://bucket/spark/${name}`).toSorted())
  })

  it('finds the tables in Glue and their files in S3 where the catalog is Glue, and wants no SQLite for it', () => {
    const places: BatchPlaces = { ...PLACES, lake: '${lake}', catalog: { kind: 'glue' } }
    const files = sparkEngine.launchFiles(places, SETTINGS)
    const text = files.get('step.json')!
    assert.match(text, /"spark\.sql\.catalog\.blotter\.type=glue"/)
    assert.match(text, /"spark\.sql\.catalog\.blotter\.io-impl=org\.apache\.iceberg\.aws\.s3\.S3FileIO"/)
    assert.match(text, /"spark\.sql\.catalog\.blotter\.warehouse=\$\{lake\}"/)
    assert.match(files.get('run.sh')!, /iceberg-aws-bundle:1\.12\.0/)
    assert.doesNotMatch(text, /sqlite|spark\.sql\.catalog\.blotter\.uri/)
  })

  it('leaves jars of a bucket to Spark, and puts those of this machine on the class path of the driver too', () => {
    const jars = ['s3://bucket/jars/*.jar', '/jars/mysql.jar']
    const [step] = JSON.parse(sparkEngine.launchFiles(PLACES, { ...SETTINGS, jars }).get('step.json')!) as Step[]
    const words = step!.HadoopJarStep.Args
    assert.equal(words[words.indexOf('--jars') + 1], jars.join(','))
    assert.equal(words[words.indexOf('--driver-class-path') + 1], '/jars/mysql.jar')
  })

  it('lets the driver of AWS Secrets Manager find user and password, by the name of the secret', () => {
    const files = sparkEngine.launchFiles(PLACES, { ...SETTINGS, secret: 'blotter/mysql' })
    const { source } = JSON.parse(files.get('work.json')!) as { source: Record<string, string> }
    assert.match(source['url']!, /^jdbc-secretsmanager:mysql:\/\/db:3306\/chicago\?/)
    assert.equal(source['driver'], 'com.amazonaws.secretsmanager.sql.AWSSecretsManagerMySQLDriver')
    assert.equal(source['user'], 'blotter/mysql')
    assert.match(files.get('step.json')!, /aws-secretsmanager-jdbc:2\.1\.1/)
  })

  it('holds no credential', () => {
    const text = [...sparkEngine.launchFiles(PLACES, SETTINGS).values()].join('\n')
    assert.doesNotMatch(text, /not-for-others/)
  })

  it('is a script that hands every word on as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), "blotter-it's "))
    try {
      const submit = join(folder, 'bin/spark-submit')
      await mkdir(join(folder, 'bin'))
      await writeFile(submit, '#!/bin/sh\nprintf "%s\\n" "$@"\n')
      await chmod(submit, 0o755)
      const files = sparkEngine.launchFiles(PLACES, { ...SETTINGS, folder, conf: { 'spark.note': 'a b $HOME "c"' } })
      await sparkEngine.writeFolder(folder, files)
      const env = { PATH: process.env['PATH'], SPARK_HOME: folder }
      const { stdout } = await run('sh', [join(folder, 'run.sh'), '2026-11-23T06:00:00Z', 'r7'], { env })
      const words = stdout.trimEnd().split('\n')
      assert.deepEqual(words.slice(-4), [folder, join(folder, 'work.json'), '2026-11-23T06:00:00Z', 'r7'])
      assert.ok(words.includes('spark.note=a b $HOME "c"'))
      assert.ok(words.includes('local[*]'))
      assert.equal(await readFile(join(folder, 'work.json'), 'utf8'), files.get('work.json'))
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
