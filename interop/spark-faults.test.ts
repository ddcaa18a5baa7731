import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { openGlueCatalog } from '../src/catalog/glue/catalog.ts'
import { sparkFailure } from '../src/engine/spark/failure.ts'
import { startBucket } from '../test/services/buckets.ts'
import { NO_MOTO } from '../test/services/moto.ts'
import { python } from './readings.ts'

const run = promisify(execFile)
const timeout = 5 * 60_000
const { BLOTTER_INTEROP_JARS: jars = '' } = process.env
const TABLE = 'raw.crimes'
const LOST = 's3://lake/raw/crimes/metadata/00007-lost.metadata.json'
const moto = await startBucket('lake')
after(() => moto?.stop())

const ELSEWHERE = 'The bucket you are attempting to access must be addressed using the specified endpoint.'
/** What AWS answers, by the first part of the path, in the shapes of Glue and of S3. */
const ANSWERS: Readonly<Record<string, [status: number, type: string, body: string]>> = {
  expired: [
    400,
    'application/x-amz-json-1.1',
    '{"__type": "ExpiredTokenException", "message": "The security token included in the request is expired"}',
  ],
  throttled: [400, 'application/x-amz-json-1.1', '{"__type": "ThrottlingException", "message": "Rate exceeded"}'],
  elsewhere: [301, 'application/xml', `<Error><Code>PermanentRedirect</Code><Message>${ELSEWHERE}</Message></Error>`],
}

test(
  'What Spark says of expired credentials, of throttling, of a bucket elsewhere and of a lost file is told by what it means',
  { timeout, skip: moto ? false : NO_MOTO },
  async () => {
    await openGlueCatalog({ name: 'blotter', last: 'history.batches' }).commit([{ table: TABLE, from: null, to: LOST }])
    await using aws = await startFaultyAws()
    const catalog = { type: 'glue', warehouse: 's3://lake', 'io-impl': 'org.apache.iceberg.aws.s3.S3FileIO' }
    const catalogs = {
      expired: { ...catalog, 'glue.endpoint': `${aws.endpoint}/expired` },
      throttled: { ...catalog, 'glue.endpoint': `${aws.endpoint}/throttled` },
      lost: catalog,
    }
    const said = await spoken(catalogs, { elsewhere: { 's3.endpoint': `${aws.endpoint}/elsewhere` } })
    const told = Object.fromEntries(Object.entries(said).map(([name, text]) => [name, sparkFailure(text)]))
    const codes = Object.fromEntries(Object.entries(told).map(([name, { code }]) => [name, code]))
    assert.deepEqual(
      codes,
      { expired: 'aws_refused', throttled: 'aws_unreachable', elsewhere: 'aws_refused', lost: 'lake_damaged' },
      JSON.stringify(said),
    )
    assert.match(told['expired']!.todo, /Renew the AWS credentials/)
    assert.match(told['elsewhere']!.todo, /set AWS_REGION/)
    assert.ok(told['lost']!.message.includes(LOST), told['lost']!.message)
  },
)

/** By name, what Spark says where it cannot load the table from a catalog, or its metadata from a bucket. */
async function spoken(catalogs: object, buckets: object): Promise<Record<string, string>> {
  const program = join(import.meta.dirname, 'spark_faults.py')
  const words = [program, jars, TABLE, JSON.stringify(catalogs), LOST, JSON.stringify(buckets)]
  const { stdout } = await run(python, words, { timeout, maxBuffer: 1 << 26 })
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
  const told = lines.map((line) => JSON.parse(line) as { name: string; said: string })
  return Object.fromEntries(told.map(({ name, said }) => [name, said]))
}

async function startFaultyAws(): Promise<AsyncDisposable & { endpoint: string }> {
  const server = createServer((request, response) => {
    const [status, type, body] = ANSWERS[request.url!.split('/')[1]!]!
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
