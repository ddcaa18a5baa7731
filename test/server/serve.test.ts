import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test, type TestContext } from 'node:test'
import { sleep } from '../../src/clock.ts'
import { BlotterError } from '../../src/errors.ts'
import { type RunningServer, startServer } from '../../src/server/serve.ts'
import { desk } from './desk.ts'

const LOCAL = { host: '127.0.0.1', port: 0 }

async function serve(t: TestContext, overrides: Parameters<typeof desk>[1] = {}, graceMs = 2000): Promise<RunningServer> {
  const { services } = await desk(t, overrides)
  const server = await startServer(services, { ...LOCAL, graceMs })
  t.after(() => server.close())
  return server
}

test('a server answers at the address that it names', async (t) => {
  const { url } = await serve(t)
  assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.equal((await fetch(`${url}/healthz`)).status, 200)
  const answer = await fetch(`${url}/iceberg/v1/config`, { headers: { authorization: 'Bearer good~catalog.read' } })
  assert.equal(answer.status, 200)
})

test('a port that is taken is an error with what to do', async (t) => {
  const { url } = await serve(t)
  const { services } = await desk(t)
  const second = startServer(services, { host: '127.0.0.1', port: Number(new URL(url).port) })
  await assert.rejects(
    second,
    (error) => error instanceof BlotterError && error.code === 'address_unusable' && /--port/.test(error.todo),
  )
})

test('closing lets the answers under way get out, and takes no more', async (t) => {
  const server = await serve(t, { batches: () => sleep(300).then(() => []) })
  const slow = fetch(`${server.url}/api/v1/batches`, { headers: { authorization: 'Bearer good~api' } })
  await sleep(100)
  const closed = server.close()
  assert.equal((await slow).status, 200)
  await closed
  await assert.rejects(fetch(`${server.url}/healthz`))
})

test('closing does not wait for ever for who never finishes', async (t) => {
  const server = await serve(t, {}, 200)
  const idle = connect(Number(new URL(server.url).port), '127.0.0.1')
  idle.on('error', () => {})
  idle.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Half: ')
  await sleep(50)
  const ended = once(idle, 'close')
  await server.close()
  await ended
})

test('a body that is too large is refused, and one that is not JSON too', async (t) => {
  const { url } = await serve(t)
  const post = (path: string, body: string, type = 'application/json'): Promise<Response> =>
    fetch(`${url}/iceberg/v1${path}`, {
      method: 'POST',
      body,
      headers: { 'content-type': type, authorization: 'Bearer good~catalog.read~catalog.write' },
    })
  assert.equal((await post('/namespaces', '{"namespace":["a"]')).status, 400)
  assert.equal((await post('/namespaces', '['.repeat(100_000))).status, 400)
  assert.equal((await post('/namespaces', `{"namespace":["a"],"x":${'['.repeat(500)}${']'.repeat(500)}}`)).status, 400)
  assert.equal((await post('/namespaces', 'namespace=a', 'application/x-www-form-urlencoded')).status, 400)
  const huge = await post(
    '/namespaces',
    JSON.stringify({ namespace: ['a'], properties: { a: 'x'.repeat(17 << 20) } }),
  ).catch(() => undefined)
  if (huge) assert.equal(huge.status, 413)
})

test('a request that names two hosts is answered by neither', async (t) => {
  const { url } = await serve(t)
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(answer.toString(), /^HTTP\/1\.1 400 /)
})

test('what is no JSON is refused by its type, and connections have an end', async (t) => {
  const { app } = await desk(t)
  const headers = { host: 'localhost', authorization: 'Bearer good~api', 'content-type': 'text/plain' }
  const { statusCode } = await app.inject({ method: 'POST', url: '/api/v1/queries', headers, payload: '{"sql":"select 1"}' })
  assert.equal(statusCode, 415)
  assert.ok(app.server.maxConnections >= 1000)
})
