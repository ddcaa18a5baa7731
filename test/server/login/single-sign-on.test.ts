import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import type { SingleSignOnConfig } from '../../../src/model/configuration.ts'
import { addUser } from '../../../src/state/identity/users.ts'
import { type Issuer, startIssuer } from '../../services/issuer.ts'
import { type Answer, type Browser, expect, house } from './house.ts'

async function place(t: TestContext, more: Partial<SingleSignOnConfig> = {}) {
  const issuer = await startIssuer()
  t.after(() => issuer[Symbol.asyncDispose]())
  const clientSecret = async (): Promise<string> => issuer.clientSecret
  const oidc = {
    issuer: issuer.url,
    clientId: 'blotter',
    clientSecret,
    name: 'City account',
    role: undefined,
    hosts: [],
    ...more,
  }
  const made = await house(t, { oidc })
  addUser(made.identity, { email: 'officer@example.org', name: 'Officer', role: 'operator', actor: 'test' })
  return { ...made, issuer }
}

async function start(browser: Browser): Promise<string> {
  return String((await expect(browser.ask('POST', '/session/oidc/start'), 200))['url'])
}

async function comeBack(browser: Browser, issuer: Issuer, address: string): Promise<Answer> {
  const back = issuer.authorize(address)
  return browser.ask('POST', '/session/oidc', Object.fromEntries(back.searchParams))
}

test('somebody who was added signs in with the city’s account, and keeps the role that they have here', async (t) => {
  const { browser, issuer } = await place(t)
  const one = browser()
  assert.deepEqual((await expect(one.ask('GET', '/session'), 200))['single_sign_on'], { name: 'City account' })
  assert.deepEqual(issuer.asked, [], 'nobody is asked before somebody wants to sign in')
  const address = new URL(await start(one))
  assert.equal(address.origin, issuer.url)
  const { redirect_uri: back, code_challenge_method: method, scope } = Object.fromEntries(address.searchParams)
  assert.deepEqual([back, method, scope], ['http://localhost:7070/login', 'S256', 'openid email profile'])
  await expect(comeBack(one, issuer, address.href), 200)
  const { user, factor } = await expect(one.ask('GET', '/session'), 200)
  assert.deepEqual(
    [(user as { email: string }).email, (user as { role: string }).role, factor],
    ['officer@example.org', 'operator', 'single_sign_on'],
  )
  await expect(one.ask('GET', '/metrics'), 200)
  const again = browser()
  await expect(comeBack(again, issuer, await start(again)), 200)
})

test('somebody who was not added is let in only where a role is configured for them', async (t) => {
  const { browser, issuer } = await place(t)
  issuer.claims = { sub: 'subject-2', email: 'new@example.org', email_verified: true, name: 'New' }
  const one = browser()
  const refused = await comeBack(one, issuer, await start(one))
  assert.deepEqual([refused.status, /not added/.test(refused.text)], [401, true])
  assert.equal((await expect(one.ask('GET', '/session'), 200))['user'], null)
})

test('with a role configured they are users from then on, of that role', async (t) => {
  const { browser, issuer } = await place(t, { role: 'viewer' })
  issuer.claims = { sub: 'subject-2', email: 'new@example.org', email_verified: true, name: 'New', role: 'admin' }
  const one = browser()
  await expect(comeBack(one, issuer, await start(one)), 200)
  assert.equal(((await expect(one.ask('GET', '/session'), 200))['user'] as { role: string }).role, 'viewer')
})

test('what does not check is refused: state, nonce, code, address, signature, audience, issuer, an unverified e-mail', async (t) => {
  const { browser, issuer } = await place(t)
  const good = issuer.claims
  const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const faults: Record<string, () => void> = {
    'an unverified e-mail': () => (issuer.claims = { ...good, email_verified: false }),
    'no e-mail': () => (issuer.claims = { ...good, email: undefined }),
    'another audience': () => (issuer.claims = { ...good, aud: 'other' }),
    'another issuer': () => (issuer.claims = { ...good, iss: 'https://evil.example' }),
    'an old token': () => (issuer.claims = { ...good, exp: 1 }),
    'another nonce': () => (issuer.claims = { ...good, nonce: 'x' }),
    'a stranger’s signature': () => (issuer.faults = { key: stranger }),
  }
  for (const [name, make] of Object.entries(faults)) {
    issuer.claims = good
    issuer.faults = {}
    make()
    const one = browser()
    const { status } = await comeBack(one, issuer, await start(one))
    assert.deepEqual([name, status], [name, 401])
    assert.equal((await expect(one.ask('GET', '/session'), 200))['user'], null, name)
  }
  issuer.claims = good
  issuer.faults = {}
  // Begun by one and ended by another: an attacker's own login in somebody else's browser.
  const back = issuer.authorize(await start(browser()))
  await expect(browser().ask('POST', '/session/oidc', Object.fromEntries(back.searchParams)), 401)
  // A code is good once.
  const one = browser()
  const own = Object.fromEntries(issuer.authorize(await start(one)).searchParams)
  const kept = new Map(one.cookies)
  await expect(one.ask('POST', '/session/oidc', own), 200)
  one.cookies = kept
  await expect(one.ask('POST', '/session/oidc', own), 401)
})

test('nothing is asked of places that the issuer names and nobody allowed, nor of where it redirects to', async (t) => {
  const elsewhere = await startIssuer()
  t.after(() => elsewhere[Symbol.asyncDispose]())
  for (const faults of [
    { document: { token_endpoint: `${elsewhere.url}/token` } },
    { document: { jwks_uri: 'http://169.254.169.254/latest/meta-data' } },
    { document: { authorization_endpoint: 'https://evil.example/authorize' } },
    { document: { issuer: elsewhere.url } },
    { redirect: `${elsewhere.url}/.well-known/openid-configuration` },
  ]) {
    const { browser, issuer, app } = await place(t)
    issuer.faults = faults
    const { status, body } = await browser().ask('POST', '/session/oidc/start')
    assert.deepEqual([status, body['code']], [401, 'unauthorized'], JSON.stringify(faults))
    await app.close()
    t.mock.timers.reset()
  }
  assert.deepEqual(elsewhere.asked, [])
})
