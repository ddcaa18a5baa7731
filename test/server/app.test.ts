import assert from 'node:assert/strict'
import { test } from 'node:test'
import { desk } from './desk.ts'

const OPEN = ['/healthz', '/readyz']
const CLOSED = [
  '/',
  '/index.html',
  '/api',
  '/api/v1/batches',
  '/api/v1/nothing',
  '/api/openapi.json',
  '/metrics',
  '/iceberg',
  '/iceberg/v1/config',
  '/iceberg/v1/nothing',
  '/iceberg/v1/namespaces/raw/tables/crimes',
  '/healthz/x',
  '/iceberg/v1/oauth/tokens',
]

test('health is for everybody, and tells nothing else', async (t) => {
  const { app } = await desk(t)
  for (const url of OPEN) {
    const { statusCode, body } = await app.inject({ url, headers: { host: 'localhost' } })
    assert.deepEqual([statusCode, body], [200, '{"status":"ok"}'], url)
  }
})

test('a server whose lake cannot be read is alive and not ready', async (t) => {
  const { app } = await desk(t, { ready: () => Promise.reject(new Error('the disk is gone: /srv/secret')) })
  assert.equal((await app.inject({ url: '/healthz' })).statusCode, 200)
  const { statusCode, body } = await app.inject({ url: '/readyz' })
  assert.deepEqual([statusCode, body], [503, '{"status":"unavailable"}'])
})

test('everything else answers 401 to a stranger, what exists and what does not alike, whatever the method', async (t) => {
  const { app } = await desk(t)
  for (const url of CLOSED) {
    for (const authorization of [undefined, 'Bearer wrong', 'Bearer', 'Basic Z29vZDpnb29k', 'good']) {
      const { statusCode, headers } = await app.inject({
        url,
        headers: { host: 'localhost', ...(authorization ? { authorization } : {}) },
      })
      assert.equal(statusCode, 401, `${url} ${authorization}`)
      assert.match(String(headers['www-authenticate']), /^Bearer/)
    }
    const posted = await app.inject({
      method: 'POST',
      url,
      headers: { host: 'localhost', 'content-type': 'application/json' },
      payload: '{"a":',
    })
    assert.equal(posted.statusCode, 401, 'before the body is read')
  }
})

test('a stranger is told so in the words of each protocol', async (t) => {
  const { app } = await desk(t)
  const problem = await app.inject({ url: '/api/v1/batches' })
  assert.match(String(problem.headers['content-type']), /^application\/problem\+json/)
  assert.equal(problem.json<{ status: number }>().status, 401)
  const iceberg = await app.inject({ url: '/iceberg/v1/config' })
  assert.equal(iceberg.json<{ error: { type: string } }>().error.type, 'NotAuthorizedException')
})

test('a request that asks for another host is refused, with a good token too: its page came from elsewhere', async (t) => {
  const { ask } = await desk(t)
  const others = ['', 'localhost.', '127.0.0.1.', 'localhost@'].map((before) => `${before}evil.example`)
  for (const host of [...others, 'evil.example:7070', 'a b']) {
    assert.equal((await ask('GET', '/api/v1/batches', { headers: { host } })).status, 421, host)
    assert.equal((await ask('GET', '/healthz', { headers: { host } })).status, 421, host)
  }
  for (const host of ['localhost', 'LOCALHOST:7070', '127.0.0.1:7070', '[::1]:7070', '192.168.1.5:7070', 'localhost.:1']) {
    assert.equal((await ask('GET', '/api/v1/batches', { headers: { host } })).status, 200, host)
  }
})

test('a token gets as far as its scopes, and is told which one it lacks', async (t) => {
  const { ask } = await desk(t)
  const refused = await ask('GET', '/api/v1/batches', { scopes: ['catalog:read'] })
  assert.equal(refused.status, 403)
  assert.match(refused.text, /lacks the scope api/)
  assert.equal((await ask('GET', '/iceberg/v1/config', { scopes: ['api', 'catalog:write', 'pipeline:write'] })).status, 403)
})

test('what is unforeseen is answered without a word of what it was', async (t) => {
  const { ask } = await desk(t, { batches: () => Promise.reject(new Error('password hunter2')) })
  const { status, text } = await ask('GET', '/api/v1/batches')
  assert.equal(status, 500)
  assert.ok(!text.includes('hunter2'))
})

test('paths that are none are a client’s fault', async (t) => {
  const { ask } = await desk(t)
  for (const url of ['/%', '/iceberg/v1/namespaces/%E0%A4%A', '/api/v1/batches/%00'])
    assert.ok((await ask('GET', url)).status < 500, url)
})

test('answers are not to be guessed at by browsers, nor kept where nothing says so', async (t) => {
  const { ask } = await desk(t)
  const { headers } = await ask('GET', '/iceberg/v1/config')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.equal(headers['cache-control'], 'no-store')
})

test('an address that cannot be routed is a problem as well, and tells nothing of what it was', async (t) => {
  const { app } = await desk(t)
  for (const url of [`/api/v1/batches/${'0'.repeat(3000)}`, '/api/v1/batches/%E0%A4%A']) {
    const { statusCode, headers, body } = await app.inject({ url, headers: { host: 'localhost' } })
    assert.equal(statusCode, 400, url.slice(0, 40))
    assert.match(String(headers['content-type']), /^application\/problem\+json/)
    assert.doesNotMatch(body, /000000|%E0/)
  }
})
