import { fastify } from 'fastify'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Role } from '../../src/model/role.ts'
import { createApp } from '../../src/server/app.ts'
import { type Access, authenticate } from '../../src/server/authentication.ts'
import { addToken } from '../../src/state/identity/tokens.ts'
import { desk } from './desk.ts'
import { type Browser, codeOf, expect, house, PASSWORD } from './login/house.ts'

const known = { bearerOf: () => undefined, personOf: async () => undefined, now: () => new Date(0) }

test('a route that does not say who may ask for it cannot be added', () => {
  const app = fastify()
  authenticate(app, known)
  assert.throws(() => app.get('/secret', async () => 'x'), /GET \/secret does not say who may ask for it/)
  assert.throws(() => app.post('/secret', { config: { confirm: true } }, async () => 'x'), /does not say who may ask/)
  app.get('/open', { config: { open: true } }, async () => 'x')
})

test('every route of the server says who may ask, and only health and the steps of a login are for everybody', async (t) => {
  const { services } = await desk(t)
  const people = { identity: () => assert.fail('nobody is asked for'), exists: () => false, oidc: undefined }
  const seen: [string, Access][] = []
  const app = createApp({ ...services, people })
  app.addHook('onRoute', ({ method, url, config }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') seen.push([`${one} ${url}`, config ?? {}])
  })
  await app.ready()
  await app.close()
  assert.ok(seen.length > 40, String(seen.length))
  const open = seen.filter(([, access]) => access.open).map(([name]) => name)
  assert.deepEqual(open.toSorted(), [
    'GET /api/v1/session',
    'POST /api/v1/enrolment/password',
    'POST /api/v1/enrolment/totp',
    'POST /api/v1/session/link',
    'POST /api/v1/session/passkey',
    'POST /api/v1/session/passkey/options',
    'POST /api/v1/session/password',
    'POST /api/v1/session/recovery',
    'POST /api/v1/session/totp',
  ])
  // What changes something for others is never a viewer's, and what hands out rights is asked for again.
  const changing = seen.filter(([name, { open: isOpen }]) => !isOpen && !/^(?:GET|OPTIONS) /.test(name))
  const admins = changing.filter(([name]) => /\/(?:users|tokens)\b/.test(name))
  assert.ok(admins.length >= 6)
  for (const [name, access] of admins) assert.deepEqual([name, access.role, access.confirm], [name, 'admin', true])
})

test('a request from another page, or without the session’s token, changes nothing', async (t) => {
  const { signedIn, browser } = await house(t)
  const one = await signedIn('admin')
  const add = (headers: Record<string, string>) =>
    one.ask('POST', '/users', { email: 'x@example.org', name: 'X', role: 'admin' }, headers)
  for (const headers of [
    { 'x-csrf-token': '' },
    { 'x-csrf-token': 'A'.repeat(43) },
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:7071' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[]) {
    const { status, body } = await add(headers)
    assert.deepEqual([status, body['code']], [403, 'csrf'], JSON.stringify(headers))
  }
  // Another person's token is not one's own.
  const other = await signedIn('viewer')
  assert.equal((await add({ 'x-csrf-token': other.csrf! })).body['code'], 'csrf')
  assert.equal(((await expect(one.ask('GET', '/users'), 200)) as unknown as unknown[]).length, 2)
  await expect(add({}), 200)
  // Nor can another page sign somebody in as somebody else.
  const login = await browser().ask(
    'POST',
    '/session/password',
    { email: 'a@b', password: 'x' },
    { origin: 'https://evil.example' },
  )
  assert.equal(login.body['code'], 'csrf')
})

test('a form of another page is no request of ours', async (t) => {
  const { app, signedIn } = await house(t)
  const one = await signedIn('viewer')
  const cookie = [...one.cookies].map((pair) => pair.join('=')).join('; ')
  const headers = {
    host: 'localhost:7070',
    cookie,
    'content-type': 'application/x-www-form-urlencoded',
    origin: 'https://evil.example',
  }
  const { statusCode } = await app.inject({ method: 'POST', url: '/api/v1/session/confirm', headers, payload: 'password=x' })
  assert.equal(statusCode, 403)
})

test('a role gets as far as it reaches, by the same rule for API, catalog and metrics', async (t) => {
  const { signedIn } = await house(t)
  const table = '/iceberg/v1/namespaces'
  const reach: readonly (readonly [method: 'GET' | 'POST', path: string, from: Role, body?: unknown])[] = [
    ['GET', '/batches', 'viewer'],
    ['GET', `${table}`, 'viewer'],
    ['GET', '/metrics', 'operator'],
    ['POST', table, 'operator', { namespace: ['mine'] }],
    ['POST', table, 'admin', { namespace: ['raw', 'x'] }],
    ['GET', '/users', 'admin'],
    ['GET', '/audit', 'admin'],
    ['GET', '/tokens', 'admin'],
  ]
  const order: readonly Role[] = ['viewer', 'operator', 'admin']
  for (const role of order) {
    const one = await signedIn(role)
    for (const [method, path, from, body] of reach) {
      const { status, text } = await one.ask(method, path, body)
      const may = order.indexOf(role) >= order.indexOf(from)
      assert.equal(status === 403, !may, `${role} ${method} ${path}: ${status} ${text}`)
      if (!may) assert.match(text, /may not|is for admins/)
    }
  }
})

test('a role that was changed, and a user who was removed, are so from the next request on', async (t) => {
  const { signedIn } = await house(t)
  const admin = await signedIn('admin')
  const operator = await signedIn('operator')
  const users = (await expect(admin.ask('GET', '/users'), 200)) as unknown as { id: string; role: Role }[]
  const { id } = users.find((user) => user.role === 'operator')!
  await expect(operator.ask('GET', '/metrics'), 200)
  await expect(admin.ask('PATCH', `/users/${id}`, { role: 'viewer' }), 200)
  await expect(operator.ask('GET', '/metrics'), 403)
  await expect(admin.ask('DELETE', `/users/${id}`), 200)
  await expect(operator.ask('GET', '/batches'), 401)
  const own = users.find((user) => user.role === 'admin')!
  const last = await admin.ask('DELETE', `/users/${own.id}`)
  assert.deepEqual([last.status, /last admin/.test(last.text)], [400, true])
})

test('a dangerous act is asked to be confirmed after ten minutes, by password and code', async (t) => {
  const { signedIn, later } = await house(t)
  const one = await signedIn('admin')
  const act = (name: string) => one.ask('POST', '/tokens', { name, scopes: ['api'] })
  await expect(act('a'), 200)
  later(10 * 60_000)
  const refused = await act('b')
  assert.deepEqual([refused.status, refused.body['code']], [403, 'confirmation_needed'])
  await expect(one.ask('GET', '/tokens'), 200)
  await expect(one.ask('POST', '/session/confirm', { password: 'wrong', code: codeOf(one.secret) }), 401)
  await expect(one.ask('POST', '/session/confirm', { password: PASSWORD, code: '000000' }), 401)
  await expect(act('b'), 403)
  await expect(one.ask('POST', '/session/confirm', { password: PASSWORD, code: codeOf(one.secret) }), 200)
  await expect(act('b'), 200)
  await expect(one.ask('POST', '/session/confirm', { password: PASSWORD, code: codeOf(one.secret) }), 401)
})

test('a token is for programs: it opens what its scopes say, and nothing that is for people', async (t) => {
  const { app, identity, browser } = await house(t)
  const token = addToken(identity, {
    name: 'all',
    scopes: ['api', 'catalog:read', 'catalog:write', 'pipeline:write', 'metrics'],
    actor: 'test',
  })
  const headers = { authorization: `Bearer ${token.token}` }
  const one: Browser = browser()
  await expect(one.ask('GET', '/batches', undefined, headers), 200)
  for (const path of ['/users', '/audit', '/tokens', '/sessions', '/account'])
    assert.deepEqual([(await one.ask('GET', path, undefined, headers)).status, path], [403, path])
  const narrow = addToken(identity, { name: 'narrow', scopes: ['metrics'], actor: 'test' })
  const { status, text } = await one.ask('GET', '/batches', undefined, { authorization: `Bearer ${narrow.token}` })
  assert.deepEqual([status, /lacks the scope api/.test(text)], [403, true])
  await app.close()
})

test('the log of acts tells who did what, and holds no credential', async (t) => {
  const { signedIn, browser, identity } = await house(t)
  const admin = await signedIn('admin')
  await browser().ask('POST', '/session/password', { email: 'admin@example.org', password: 'a guess of hunters' })
  const { token } = await expect(admin.ask('POST', '/tokens', { name: 'spark', scopes: ['api'] }), 200)
  const acts = (await expect(admin.ask('GET', '/audit?limit=50'), 200)) as unknown as {
    actor: string
    act: string
    subject: string
  }[]
  const told = acts.map(({ actor, act, subject }) => `${actor} ${act} ${subject}`)
  assert.ok(told.includes('admin@example.org token_added spark'))
  assert.ok(told.includes('admin@example.org login_failed admin@example.org'))
  assert.ok(told.some((line) => line.endsWith('login admin@example.org')))
  const whole = JSON.stringify(identity.database.all('SELECT * FROM audit'))
  for (const secret of [String(token), admin.secret, 'hunters', 'seven quiet', ...admin.recoveryCodes])
    assert.ok(!whole.includes(secret))
})

test('what an operator, or a token, does to runs is in the log; what was refused is not', async (t) => {
  const released: string[] = []
  const runs = { release: async (run: string) => (released.push(run), { run, state: 'running' }) }
  const { signedIn, browser, identity } = await house(t, { services: { runs } as never })
  const operator = await signedIn('operator')
  const viewer = await signedIn('viewer')
  const { token } = addToken(identity, { name: 'night', scopes: ['pipeline:write'], actor: 'test' })
  await expect(viewer.ask('POST', '/runs/r0/release'), 403)
  assert.ok((await operator.ask('POST', '/runs/r1/release')).status < 300)
  assert.ok((await browser().ask('POST', '/runs/r2/release', undefined, { authorization: `Bearer ${token}` })).status < 300)
  const rows = identity.database.all<{ actor: string; subject: string }>(
    "SELECT actor, subject FROM audit WHERE act = 'release_run'",
  )
  assert.deepEqual(
    rows.map(({ actor, subject }) => `${actor} ${subject}`),
    ['operator@example.org r1', 'night r2'],
  )
  assert.deepEqual(released, ['r1', 'r2'])
})
