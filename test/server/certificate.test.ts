import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { BlotterError } from '../../src/errors.ts'
import { readCertificate } from '../../src/server/certificate.ts'
import { startServer } from '../../src/server/serve.ts'
import { makeCertificate } from '../services/certificate.ts'
import { desk } from './desk.ts'

test('a server with a certificate speaks TLS, says that browsers are to stay with it, and has cookies for it alone', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const { certificateFile: cert, keyFile: key } = await makeCertificate(folder)
  const { services } = await desk(t)
  const server = await startServer(services, { host: '127.0.0.1', port: 0, tls: { cert, key }, graceMs: 200 })
  t.after(() => server.close())
  assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  const { status, headers } = await ask(`${server.url}/healthz`)
  assert.equal(status, 200)
  assert.match(String(headers['strict-transport-security']), /^max-age=31536000$/)
  await assert.rejects(fetch(server.url.replace('https', 'http')))
})

test('what cannot be served with is said before anything listens', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'blotter-'))
  t.after(() => rm(folder, { recursive: true }))
  const made = await makeCertificate(folder)
  const good = { cert: made.certificateFile, key: made.keyFile }
  const other = join(folder, 'other.pem')
  const none = join(folder, 'none.pem')
  await writeFile(
    other,
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  )
  await writeFile(none, 'no certificate')
  for (const [files, why] of [
    [{ ...good, key: other }, /key of another certificate/],
    [{ ...good, cert: none }, /not in the format PEM/],
    [{ ...good, key: join(folder, 'absent.pem') }, /cannot be read/],
  ] as const) {
    assert.throws(
      () => readCertificate(files),
      (error) => error instanceof BlotterError && error.code === 'config_invalid' && why.test(error.message),
    )
  }
})

function ask(url: string): Promise<{ status: number | undefined; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false }, (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode, headers: answer.headers })
    }).on('error', reject)
  })
}
