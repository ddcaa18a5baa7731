import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLink } from '../../../src/state/identity/links.ts'
import { codeOf, expect, house, PASSWORD } from './house.ts'

const NAMES = { hosts: ['blotter.example.org'] }
const FORWARDED = {
  'x-forwarded-for': '203.0.113.9',
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'blotter.example.org',
}

test('behind a proxy that is believed, cookies are for TLS alone and people have their own addresses', async (t) => {
  const { app, signedIn, identity } = await house(t, { app: { ...NAMES, trustProxy: ['127.0.0.1'] } })
  const { email } = await signedIn()
  const headers = { host: 'internal:7070', ...FORWARDED, origin: 'https://blotter.example.org' }
  const { statusCode, cookies } = await app.inject({
    method: 'POST',
    url: '/api/v1/session/password',
    headers,
    payload: { email, password: PASSWORD },
  })
  assert.equal(statusCode, 200)
  assert.ok(cookies.some(({ name }) => name === '__Host-blotter.two_factor'))
  for (const { name, secure } of cookies) assert.deepEqual([name.startsWith('__Host-'), secure], [true, true], name)
  const wrong = { email: 'x@example.org', password: 'x' }
  await app.inject({ method: 'POST', url: '/api/v1/session/password', headers, payload: wrong })
  const subjects = identity.database.all<{ subject: string }>('SELECT subject FROM login_failures').map((row) => row.subject)
  assert.ok(subjects.includes('address:203.0.113.9'), subjects.join())
  // A page that came in the open cannot ask what came by TLS.
  const open = await app.inject({
    method: 'POST',
    url: '/api/v1/session/password',
    headers: { ...headers, origin: 'http://blotter.example.org' },
    payload: wrong,
  })
  assert.equal(open.json<{ code: string }>().code, 'csrf')
  const { statusCode: other } = await app.inject({
    url: '/healthz',
    headers: { ...headers, 'x-forwarded-host': 'evil.example' },
  })
  assert.equal(other, 421)
})

test('a proxy that nobody named is not believed: neither its address, nor its name, nor its TLS', async (t) => {
  const { app, identity } = await house(t, { app: NAMES })
  const headers = { host: 'evil.example', ...FORWARDED }
  assert.equal((await app.inject({ url: '/healthz', headers })).statusCode, 421)
  const own = { host: 'blotter.example.org', ...FORWARDED, 'x-forwarded-host': 'evil.example' }
  const { cookies, statusCode } = await app.inject({
    method: 'POST',
    url: '/api/v1/session/password',
    headers: own,
    payload: { email: 'a@b.example', password: 'x' },
  })
  assert.deepEqual([statusCode, cookies.length], [401, 0])
  const [row] = identity.database.all<{ subject: string }>(
    "SELECT subject FROM login_failures WHERE subject LIKE 'address:%'",
  )
  assert.equal(row?.subject, 'address:127.0.0.1')
  // Nor does what it says make a stranger somebody at the machine.
  const { token } = addLink(identity, null)
  const forged = { host: 'localhost', 'x-forwarded-for': '127.0.0.1' }
  const from = {
    method: 'POST',
    url: '/api/v1/session/link',
    remoteAddress: '192.0.2.7',
    headers: forged,
    payload: { token },
  } as const
  assert.equal((await app.inject(from)).statusCode, 403)
})

test('a name with a port holds for that port', async (t) => {
  const { app } = await house(t, { app: { hosts: ['desk.example.org:8443'] } })
  const ask = async (host: string) => (await app.inject({ url: '/healthz', headers: { host } })).statusCode
  assert.deepEqual(
    [await ask('desk.example.org:8443'), await ask('desk.example.org'), await ask('desk.example.org:80')],
    [200, 421, 421],
  )
})

test('a whole login works with the cookies of TLS', async (t) => {
  const { signedIn, browser, later } = await house(t, { app: { ...NAMES, trustProxy: ['127.0.0.1'] } })
  const { email, secret } = await signedIn('operator')
  later(60_000)
  const one = browser()
  const headers = { ...FORWARDED, origin: 'https://blotter.example.org' }
  await expect(one.ask('POST', '/session/password', { email, password: PASSWORD }, headers), 200)
  await expect(one.ask('POST', '/session/totp', { code: codeOf(secret) }, headers), 200)
  assert.ok(one.cookies.has('__Host-blotter.session_token'))
  await expect(one.ask('GET', '/metrics', undefined, headers), 200)
  // The same cookie in the open is none.
  await expect(one.ask('GET', '/metrics'), 401)
})
