import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addLink } from '../../../src/state/identity/links.ts'
import { addUser } from '../../../src/state/identity/users.ts'
import { codeOf, expect, house, PASSWORD } from './house.ts'

const FIRST = { email: 'Chief@Example.org', name: 'The chief', password: PASSWORD }

test('the first user enrols by the link of the terminal, and is an admin with ten recovery codes', async (t) => {
  const { browser, identity } = await house(t)
  const one = browser()
  assert.equal((await expect(one.ask('GET', '/session'), 200))['first_user'], true)
  const { token } = addLink(identity, null)
  assert.deepEqual(await expect(one.ask('POST', '/session/link', { token }), 200), {
    kind: 'first_user',
    email: null,
    name: null,
    password: 'new',
  })
  await expect(one.ask('GET', '/batches'), 401)
  const { secret, otpauth, qr_svg: qr } = await expect(one.ask('POST', '/enrolment/password', FIRST), 200)
  assert.match(String(qr), /^<svg /)
  assert.match(String(otpauth), /^otpauth:\/\/totp\/Blotter.*chief/)
  await expect(one.ask('GET', '/batches'), 401)
  const { recovery_codes: codes } = await expect(one.ask('POST', '/enrolment/totp', { code: codeOf(String(secret)) }), 200)
  assert.equal((codes as string[]).length, 10)
  const { user, csrf, first_user: isFirst } = await expect(one.ask('GET', '/session'), 200)
  assert.deepEqual(
    [(user as { email: string }).email, (user as { role: string }).role, isFirst],
    ['chief@example.org', 'admin', false],
  )
  one.csrf = String(csrf)
  await expect(one.ask('GET', '/users'), 200)
})

test('a link is good once and for its time, and what is none is refused in the same way', async (t) => {
  const { browser, identity, later } = await house(t)
  const first = addLink(identity, null)
  const follow = (token: string) => browser().ask('POST', '/session/link', { token })
  await expect(follow(first.token), 200)
  assert.match((await follow(first.token)).text, /was used already/)
  const second = addLink(identity, null)
  later(10 * 60_000)
  const expired = await follow(second.token)
  assert.deepEqual([expired.status, expired.body['code']], [403, 'link_refused'])
  assert.match(expired.text, /has expired/)
  assert.match((await follow('x'.repeat(43))).text, /is not known/)
  const third = addLink(identity, null)
  addLink(identity, null)
  assert.match((await follow(third.token)).text, /is not known/, 'a new link takes the place of the one before')
})

test('the link of the first user is followed on the machine alone, and by nobody once there is a user', async (t) => {
  const { app, browser, identity } = await house(t, { app: { hosts: ['blotter.example.org'] } })
  const { token } = addLink(identity, null)
  const from = (remoteAddress: string, host: string) =>
    app.inject({ method: 'POST', url: '/api/v1/session/link', remoteAddress, headers: { host }, payload: { token } })
  for (const [address, host] of [
    ['192.0.2.7', 'localhost'],
    ['127.0.0.1', 'blotter.example.org'],
    ['127.0.0.1', '192.0.2.1'],
  ] as const) {
    const { statusCode, body } = await from(address, host)
    assert.deepEqual([statusCode, /still good there/.test(body)], [403, true], `${address} ${host}`)
  }
  addUser(identity, { email: 'a@example.org', name: 'A', role: 'admin', actor: 'test' })
  const late = await browser().ask('POST', '/session/link', { token })
  assert.deepEqual([late.status, /first user already/.test(late.text)], [403, true])
})

test('of two who follow the first link’s minutes at once one becomes the first user', async (t) => {
  const { browser, identity } = await house(t)
  const [one, other] = [browser(), browser()]
  await expect(one.ask('POST', '/session/link', { token: addLink(identity, null).token }), 200)
  await expect(other.ask('POST', '/session/link', { token: addLink(identity, null).token }), 200)
  const answers = await Promise.all([
    one.ask('POST', '/enrolment/password', FIRST),
    other.ask('POST', '/enrolment/password', { ...FIRST, email: 'other@example.org' }),
  ])
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 403])
})

test('a password that others would guess is refused with the reason, and the link’s minutes go on', async (t) => {
  const { browser, identity } = await house(t)
  const one = browser()
  await expect(one.ask('POST', '/session/link', { token: addLink(identity, null).token }), 200)
  for (const [password, why] of [
    ['short', /5 characters/],
    ['aaaaaaaaaaaaaa', /very few characters/],
    ['qwertyuiopas', /run of the keyboard/],
    ['123123123123', /very few|run/],
    ['Password12345', /leaked/],
    ['chief@example.org', /guess first/],
    ['x'.repeat(129), /129 characters/],
  ] as const) {
    const { status, text } = await one.ask('POST', '/enrolment/password', { ...FIRST, password })
    assert.equal(status, 400, password)
    assert.match(text, why, password)
  }
  await expect(one.ask('POST', '/enrolment/password', FIRST), 200)
})

test('an invitation with a first password asks for it, and one after a reset asks for the old one', async (t) => {
  const { browser, identity, signedIn } = await house(t)
  const admin = await signedIn('admin')
  const viewer = await signedIn('viewer')
  const users = (await expect(admin.ask('GET', '/users'), 200)) as unknown as { id: string; email: string; state: string }[]
  const { id } = users.find((user) => user.email === viewer.email)!
  const { link } = await expect(admin.ask('POST', `/users/${id}/reset-mfa`, {}), 200)
  await expect(viewer.ask('GET', '/batches'), 401)
  const stranger = await browser().ask('POST', '/session/password', { email: viewer.email, password: PASSWORD })
  assert.deepEqual([stranger.status, /second factor has yet/.test(stranger.text)], [403, true])
  assert.equal(
    identity.database.all('SELECT 1 FROM sessions WHERE user_id = ?', id).length,
    0,
    'a password alone leaves no session',
  )
  const one = browser()
  const token = String((link as { path: string }).path).split('#link=')[1]
  assert.equal((await expect(one.ask('POST', '/session/link', { token }), 200))['password'], 'known')
  await expect(one.ask('POST', '/enrolment/password', { password: 'another good password' }), 401)
  const { secret } = await expect(one.ask('POST', '/enrolment/password', { password: PASSWORD }), 200)
  await expect(one.ask('POST', '/enrolment/totp', { code: codeOf(String(secret)) }), 200)
  await expect(one.ask('POST', '/enrolment/password', { password: PASSWORD }), 403)
})
