import assert from 'node:assert/strict'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { findSpark, type SparkPlace } from '../../../src/engine/spark/installation.ts'
import { BlotterError } from '../../../src/errors.ts'

const JARS = ['iceberg-spark-runtime-4.1_2.13-1.12.0.jar', 'mysql-connector-j-9.7.0.jar', 'sqlite-jdbc-3.54.1.0.jar']

describe('Spark on a machine', () => {
  let folder = ''
  const place = (more: Partial<SparkPlace> = {}): SparkPlace => ({
    home: join(folder, 'spark'),
    javaHome: join(folder, 'java'),
    searchPath: '/nowhere',
    jars: [],
    conf: {},
    ...more,
  })

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    await makeSpark(folder, '4.1.4', JARS)
    await makeJava(folder, '17.0.15')
  })
  afterEach(() => rm(folder, { recursive: true }))

  const problem = async (wanted: SparkPlace, needs: Parameters<typeof findSpark>[1] = ['iceberg', 'mysql', 'sqlite']) => {
    const error = await findSpark(wanted, needs).then(
      () => assert.fail('it was found'),
      (caught: unknown) => caught,
    )
    assert.ok(error instanceof BlotterError)
    return error
  }

  it('is found with its Java and its jars', async () => {
    const found = await findSpark(place(), ['iceberg', 'mysql', 'sqlite'])
    assert.equal(found.version, '4.1.4')
    assert.equal(found.submit, join(folder, 'spark/bin/spark-submit'))
  })

  it('is found by the PATH alone', async () => {
    const searchPath = [join(folder, 'spark/bin'), join(folder, 'java/bin')].join(':')
    const found = await findSpark(place({ home: undefined, javaHome: undefined, searchPath }), ['iceberg'])
    assert.equal(found.home, join(folder, 'spark'))
    assert.equal(found.java, join(folder, 'java/bin/java'))
  })

  it('is missed with the way to have it', async () => {
    const { code, message, todo } = await problem(place({ home: undefined }))
    assert.equal(code, 'spark_missing')
    assert.match(message, /no Spark: neither SPARK_HOME nor spark-submit on the PATH/)
    assert.match(todo, /pip install pyspark==4\.1\.4/)
  })

  it('takes the runtime of Iceberg that is of its own line and Scala', async () => {
    await rm(join(folder, 'spark'), { recursive: true })
    await makeSpark(folder, '4.0.2', JARS)
    assert.match((await problem(place())).message, /iceberg-spark-runtime-4\.0_2\.13/)
    const jars = ['s3://bucket/iceberg-spark-runtime-4.0_2.13-1.10.1.jar']
    assert.equal((await findSpark(place({ jars }), ['iceberg'])).version, '4.0.2')
    await rm(join(folder, 'spark'), { recursive: true })
    await makeSpark(folder, '3.5.9', JARS, '2.12')
    assert.match((await problem(place())).message, /iceberg-spark-runtime-3\.5_2\.12/)
  })

  it('is refused in a version that no batch was made on', async () => {
    await rm(join(folder, 'spark'), { recursive: true })
    await makeSpark(folder, '4.3.0', JARS)
    const { code, message } = await problem(place())
    assert.equal(code, 'unsupported')
    assert.match(message, /Spark 4\.3\.0 .* expected 3\.5, 4\.0 or 4\.1/)
  })

  it('wants a Java', async () => {
    const { code, message, todo } = await problem(place({ javaHome: undefined }))
    assert.equal(code, 'spark_missing')
    assert.match(message, /no Java, which Spark runs on/)
    assert.match(todo, /openjdk-17/)
  })

  it('refuses a Java on which it dies once jars are added', async () => {
    await makeJava(folder, '25.0.1')
    const { code, message } = await problem(place())
    assert.equal(code, 'unsupported')
    assert.match(message, /Java 25 .* expected 17 or 21/)
  })

  it('names the Maven coordinates of every jar that is missing, and where they may lie', async () => {
    await rm(join(folder, 'spark'), { recursive: true })
    await makeSpark(folder, '4.1.4', [])
    const { code, message, todo } = await problem(place())
    assert.equal(code, 'spark_missing')
    assert.match(message, /org\.apache\.iceberg:iceberg-spark-runtime-4\.1_2\.13:1\.12\.0/)
    assert.match(message, /com\.mysql:mysql-connector-j:9\.7\.0/)
    assert.match(message, /org\.xerial:sqlite-jdbc:3\.54\.1\.0/)
    assert.match(todo, /spark\/jars, .*jars: \[\.\.\.\].*spark\.jars\.packages/)
  })

  it('wants no jar that another one fetches, or that nothing needs', async () => {
    await rm(join(folder, 'spark'), { recursive: true })
    await makeSpark(folder, '4.1.4', JARS.slice(0, 1))
    const conf = { 'spark.jars.packages': 'com.mysql:mysql-connector-j:9.7.0' }
    assert.equal((await findSpark(place({ conf }), ['iceberg', 'mysql'])).version, '4.1.4')
  })

  it('leaves jars that lie elsewhere to Spark', async () => {
    await rm(join(folder, 'spark'), { recursive: true })
    await makeSpark(folder, '4.1.4', [])
    const jars = ['s3://bucket/iceberg-spark-runtime-4.1_2.13-1.12.0.jar']
    assert.equal((await findSpark(place({ jars }), ['iceberg'])).version, '4.1.4')
  })

  it('says which named jar is not there', async () => {
    const { message } = await problem(place({ jars: [join(folder, 'lost.jar')] }))
    assert.match(message, /lost\.jar, which spark\.jars names, is not there/)
  })
})

async function makeSpark(folder: string, version: string, jars: readonly string[], scala = '2.13'): Promise<void> {
  await mkdir(join(folder, 'spark/bin'), { recursive: true })
  await mkdir(join(folder, 'spark/jars'), { recursive: true })
  await writeFile(join(folder, 'spark/bin/spark-submit'), '')
  for (const jar of [`spark-core_${scala}-${version}.jar`, ...jars]) await writeFile(join(folder, 'spark/jars', jar), '')
}

async function makeJava(folder: string, version: string): Promise<void> {
  const java = join(folder, 'java/bin/java')
  await mkdir(join(folder, 'java/bin'), { recursive: true })
  await writeFile(java, `#!/bin/sh\necho 'openjdk version "${version}" 2025-04-15' >&2\n`)
  await chmod(java, 0o755)
}
