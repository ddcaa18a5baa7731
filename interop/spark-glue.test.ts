import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import type { CatalogEntry } from '../src/catalog/catalog.ts'
import { openGlueCatalog } from '../src/catalog/glue/catalog.ts'
import { sparkFailure } from '../src/engine/spark/failure.ts'
import { s3Storage } from '../src/lake/s3/storage.ts'
import { startBucket } from '../test/services/buckets.ts'
import { NO_MOTO } from '../test/services/moto.ts'
import { python } from './readings.ts'
import { CHANGES, SPOILED } from './spark-source.ts'
import { day, type NamedLake, type SparkWorld, sparkTimeout as timeout, startSparkWorld, toldAlike } from './spark-world.ts'

const run = promisify(execFile)
const { BLOTTER_INTEROP_JARS: jars = '' } = process.env
/** moto with the lock that its Glue lacks: without it, a lost commit would look like a good one. */
const moto = await startBucket('lake')

describe('A lake in a bucket with Glue as its catalog', { timeout: 2 * timeout, skip: moto ? false : NO_MOTO }, () => {
  let world: SparkWorld
  /** By DuckDB alone in a folder, and by both engines in the bucket. */
  let ours: NamedLake
  const theirs: NamedLake = { lake: 's3://lake/city', env: { BLOTTER_CATALOG: 'glue' } }

  before(async () => {
    world = await startSparkWorld(400)
    ours = { lake: join(world.folder, 'duckdb'), env: {} }
    await world.load(0)
    await world.edit(SPOILED)
  })
  after(async () => {
    await world?.stop()
    await moto?.stop()
  })

  it('begins with a batch by Spark, which Blotter commits', async () => {
    const expected = await world.batch(ours, day(0), 'duckdb')
    assert.deepEqual(toldAlike(await world.batch(theirs, day(0), 'spark')), toldAlike(expected))
    await world.requireEqual(ours, theirs, [day(0)])
  })

  it('goes on with what changed by what is rendered, which commits table by table', async () => {
    await world.load(1)
    await world.edit(CHANGES)
    const { changes } = await world.batch(ours, day(1), 'duckdb')
    assert.ok(changes['vanished'], 'nothing vanished')
    const said = await world.batchByItself(theirs, day(1), `file://${join(world.folder, 'staged')}`)
    assert.match(said, /"phase": "publish", "state": "succeeded"/)
    await world.requireEqual(ours, theirs, [day(0), day(1)])
  })

  it('is taken over by DuckDB', async () => {
    await world.load(2)
    await world.edit([])
    const expected = await world.batch(ours, day(2), 'duckdb')
    assert.deepEqual(toldAlike(await world.batch(theirs, day(2), 'duckdb')), toldAlike(expected))
    await world.requireEqual(ours, theirs, [day(0), day(1), day(2)])
  })

  it('is not there where AWS refuses, is busy or is elsewhere, or a file is lost: each is told by what it means', async () => {
    await using aws = await startFaultyAws()
    const { endpoint } = moto!
    const glue = { type: 'glue', warehouse: 's3://lake/city', 'io-impl': 'org.apache.iceberg.aws.s3.S3FileIO' }
    const catalogs = {
      expired: { ...glue, 'glue.endpoint': `${aws.endpoint}/expired` },
      throttled: { ...glue, 'glue.endpoint': `${aws.endpoint}/throttled` },
      elsewhere: { ...glue, 'glue.endpoint': endpoint, 's3.endpoint': `${aws.endpoint}/elsewhere` },
      lost: { ...glue, 'glue.endpoint': endpoint },
    }
    const { metadataLocation } = await loseMetadata('raw.crimes')
    const told = await spoken('raw.crimes', catalogs)
    const found = Object.fromEntries(Object.entries(told).map(([catalog, said]) => [catalog, sparkFailure(said)]))
    const codes = Object.fromEntries(Object.entries(found).map(([catalog, { code }]) => [catalog, code]))
    assert.deepEqual(
      codes,
      { expired: 'aws_refused', throttled: 'aws_unreachable', elsewhere: 'aws_refused', lost: 'lake_damaged' },
      JSON.stringify(told),
    )
    assert.match(found['expired']!.todo, /Renew the AWS credentials/)
    assert.match(found['elsewhere']!.todo, /AWS_REGION/)
    assert.ok(found['lost']!.message.includes(metadataLocation))
  })
})

/** Takes the metadata of a table away that the catalog names. */
async function loseMetadata(table: string): Promise<CatalogEntry> {
  const entry = await openGlueCatalog({ name: 'blotter', last: 'history.batches' }).entry(table)
  assert.ok(entry)
  await s3Storage({ cacheFolder: join(tmpdir(), 'blotter-none'), cacheLimitBytes: 0 }).remove(entry.metadataLocation)
  return entry
}

/** What Spark says in each of these catalogs that it cannot load a table. */
async function spoken(table: string, catalogs: Record<string, object>): Promise<Record<string, string>> {
  const words = [join(import.meta.dirname, 'spark_faults.py'), jars, table, JSON.stringify(catalogs)]
  const { stdout } = await run(python, words, { timeout, maxBuffer: 1 << 26 })
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  return Object.fromEntries(
    lines.map((line) => JSON.parse(line) as { catalog: string; said: string }).map(({ catalog, said }) => [catalog, said]),
  )
}

/** Answers as AWS does, by the first part of the path: to credentials that have expired, to too many, and from another region. */
async function startFaultyAws(): Promise<AsyncDisposable & { endpoint: string }> {
  const answers: Readonly<Record<string, [status: number, type: string, body: string]>> = {
    expired: [
      400,
      'application/x-amz-json-1.1',
      '{"__type":"ExpiredTokenException","message":"The security token included in the request is expired"}',
    ],
    throttled: [400, 'application/x-amz-json-1.1', '{"__type":"ThrottlingException","message":"Rate exceeded"}'],
    elsewhere: [
      301,
      'application/xml',
      '<Error><Code>PermanentRedirect</Code><Message>The bucket you are attempting to access must be addressed using the specified endpoint.</Message></Error>',
    ],
  }
  const server = createServer((request, response) => {
    const [status, type, body] = answers[request.url!.split('/')[1]!]!
    request.resume().on('end', () => response.writeHead(status, { 'content-type': type }).end(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
