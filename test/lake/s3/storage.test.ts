import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { BlotterError, type ErrorCode } from '../../../src/errors.ts'
import { s3Storage } from '../../../src/lake/s3/storage.ts'
import type { Storage } from '../../../src/lake/storage.ts'
import { startBucket } from '../../services/buckets.ts'
import { NO_MOTO } from '../../services/moto.ts'
import { keepsFiles } from '../storage-contract.ts'

const moto = await startBucket('lake')

describe('A lake in a bucket', { skip: moto ? false : NO_MOTO }, () => {
  let folder: string
  let storage: Storage
  let n = 0

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blotter-'))
    storage = s3Storage({ cacheFolder: folder, cacheLimitBytes: 2 ** 30 })
  })
  after(async () => {
    await rm(folder, { recursive: true, force: true })
    await moto?.stop()
  })

  keepsFiles(
    () => storage,
    () => `s3://lake/test-${(n += 1)}`,
  )

  it('is read again where its local copies are lost', async () => {
    const location = 's3://lake/again/d.parquet'
    await storage.writeNew(location, Buffer.from('rows'))
    await storage.provide(location)
    await rm(storage.enginePath(location))
    assert.equal(await storage.provide(location), 4)
    assert.ok(existsSync(storage.enginePath(location)))
  })

  it('takes for durable what an engine elsewhere has put into the bucket, and misses what nobody has', async () => {
    await storage.writeNew('s3://lake/by-spark/d.parquet', Buffer.from('rows'))
    await storage.persist('s3://lake/by-spark/d.parquet')
    assert.equal(await storage.sizeBytes('s3://lake/by-spark/d.parquet'), 4)
    await assert.rejects(storage.persist('s3://lake/by-spark/lost.parquet'), failsWith('lake_damaged', /lost\.parquet is missing/))
  })

  it('refuses tables that lie elsewhere', async () => {
    await assert.rejects(storage.read('file:///elsewhere/x'), failsWith('unsupported'))
  })

  it('says that a bucket is none', async () => {
    await assert.rejects(storage.writeNew('s3://no-such-bucket/x', Buffer.from('x')), failsWith('aws_refused', /no such bucket/))
    await assert.rejects(storage.read('s3://no-such-bucket/x'), failsWith('aws_refused', /no such bucket/))
  })
})

describe('A bucket that misbehaves', () => {
  const answering = async (answer: (response: ServerResponse, count: number) => void, work: () => Promise<unknown>) => {
    let count = 0
    const server = createServer((_request, response) => answer(response, (count += 1)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const before = { ...process.env }
    process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x', AWS_REGION: 'us-east-1' })
    try {
      await work()
      return count
    } finally {
      process.env = before
      server.closeAllConnections()
      server.close()
    }
  }
  const fault = (status: number, code: string) => (response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/xml' })
    response.end(`<Error><Code>${code}</Code><Message>${code} said</Message></Error>`)
  }
  const storage = (): Storage => s3Storage({ cacheFolder: join(tmpdir(), 'blotter-none'), cacheLimitBytes: 0 })
  const write = () => storage().writeNew('s3://lake/x', Buffer.from('x'))

  it('that throttles is asked five times, then said to be unreachable', async () => {
    const asked = await answering(fault(503, 'SlowDown'), () => assert.rejects(write(), failsWith('aws_unreachable')))
    assert.equal(asked, 5)
  })

  it('that finds two writers at once says so for the loser to try again', async () => {
    await answering(fault(409, 'ConditionalRequestConflict'), () => assert.rejects(write(), failsWith('aws_unreachable')))
  })

  it('that has the name already says so as a folder does', async () => {
    await answering(fault(412, 'PreconditionFailed'), () => assert.rejects(write(), { code: 'EEXIST' }))
  })

  it('that is in another region, or shut, is refused with what to do', async () => {
    await answering(fault(301, 'PermanentRedirect'), () => assert.rejects(write(), failsWith('aws_refused', /another region/)))
    await answering(fault(400, 'ExpiredToken'), () => assert.rejects(write(), failsWith('aws_refused', /expired/)))
    await answering(fault(403, 'AccessDenied'), () => assert.rejects(write(), failsWith('aws_refused', /AccessDenied said/)))
  })

  it('that recovers is written to after all', async () => {
    const asked = await answering(
      (response, count) => (count < 3 ? fault(500, 'InternalError')(response) : response.writeHead(200).end()),
      write,
    )
    assert.equal(asked, 3)
  })
})

function failsWith(code: ErrorCode, saying: RegExp = /./) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof BlotterError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, saying)
    return true
  }
}
