import assert from 'node:assert/strict'
import { chmodSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { addLink } from '../../../src/state/identity/links.ts'
import { LOGIN_KEY_FILE, loginKey } from '../../../src/state/identity/login-key.ts'
import { resetFactors, userByEmail } from '../../../src/state/identity/users.ts'
import { codeOf, expect, house, PASSWORD } from './house.ts'

const NEW = 'nine loud geese march past'

test('a changed password ends all other sessions, and the old one is worth nothing', async (t) => {
  const { browser, signedIn, later } = await house(t)
  const one = await signedIn()
  later(60_000)
  const other = browser()
  await expect(other.ask('POST', '/session/password', { email: one.email, password: PASSWORD }), 200)
  await expect(other.ask('POST', '/session/totp', { code: codeOf(one.secret) }), 200)
  await expect(one.ask('PUT', '/account/password', { password: 'short' }), 400)
  await expect(one.ask('PUT', '/account/password', { password: NEW }), 200)
  await expect(other.ask('GET', '/batches'), 401)
  await expect(one.ask('GET', '/batches'), 200)
  await expect(browser().ask('POST', '/session/password', { email: one.email, password: PASSWORD }), 401)
  await expect(browser().ask('POST', '/session/password', { email: one.email, password: NEW }), 200)
  later(10 * 60_000)
  assert.equal((await one.ask('PUT', '/account/password', { password: PASSWORD })).body['code'], 'confirmation_needed')
})

test('new recovery codes take the place of the old ones, and need the password', async (t) => {
  const { browser, signedIn } = await house(t)
  const one = await signedIn()
  await expect(one.ask('POST', '/account/recovery-codes', { password: 'wrong' }), 400)
  const { recovery_codes: codes } = await expect(one.ask('POST', '/account/recovery-codes', { password: PASSWORD }), 200)
  const use = async (code: string) => {
    const other = browser()
    await expect(other.ask('POST', '/session/password', { email: one.email, password: PASSWORD }), 200)
    return other.ask('POST', '/session/recovery', { code })
  }
  await expect(use(one.recoveryCodes[0]!), 401)
  await expect(use((codes as string[])[0]!), 200)
  assert.equal((await expect(one.ask('GET', '/account'), 200))['recovery_codes_left'], 9)
})

test('nobody ends a session or removes a passkey of somebody else', async (t) => {
  const { signedIn } = await house(t)
  const [one, other] = [await signedIn('admin'), await signedIn('viewer')]
  const list = (await expect(other.ask('GET', '/sessions'), 200)) as unknown as { id: string }[]
  await expect(one.ask('DELETE', `/sessions/${list[0]!.id}`), 400)
  await expect(other.ask('GET', '/batches'), 200)
  await expect(one.ask('DELETE', '/passkeys/unknown'), 400)
})

test('a challenge of a passkey is good for one answer, and one that does not check signs nobody in', async (t) => {
  const { browser, signedIn } = await house(t)
  const one = await signedIn()
  const options = await expect(one.ask('POST', '/passkeys/options'), 200)
  assert.deepEqual([(options['rp'] as { id: string }).id, String(options['challenge']).length], ['localhost', 43])
  const credential = {
    id: 'x',
    rawId: 'x',
    type: 'public-key',
    clientExtensionResults: {},
    response: { clientDataJSON: 'e30', attestationObject: 'oA' },
  }
  await expect(one.ask('POST', '/passkeys', { name: 'Forged', credential }), 400)
  const stranger = browser()
  await expect(stranger.ask('POST', '/session/passkey/options'), 200)
  const shown = { ...credential, response: { clientDataJSON: 'e30', authenticatorData: 'AA', signature: 'AA' } }
  await expect(stranger.ask('POST', '/session/passkey', { credential: shown }), 401)
  const byNumber = await one.ask('POST', '/passkeys/options', undefined, {
    host: '127.0.0.1:7070',
    origin: 'http://127.0.0.1:7070',
  })
  assert.match(byNumber.text, /http:\/\/localhost/)
})

test('a key that others can read is not used', async (t) => {
  const { identity } = await house(t)
  const key = loginKey(identity)
  assert.ok(key.length >= 43)
  assert.equal(loginKey(identity), key)
  chmodSync(join(dirname(identity.database.file), LOGIN_KEY_FILE), 0o644)
  assert.throws(
    () => loginKey(identity),
    (error) => error instanceof BlotterError && error.code === 'vault_key' && /chmod 600/.test(error.todo),
  )
})

test('identities that were put back without their login.key say so, and let in with it, or by a new link', async (t) => {
  const { identity, signedIn, browserAfterRestart, later } = await house(t)
  const one = await signedIn('viewer')
  const key = join(dirname(identity.database.file), LOGIN_KEY_FILE)
  const login = async (step: 'totp' | 'recovery', code: string) => {
    later(60_000)
    const browser = browserAfterRestart()
    await expect(browser.ask('POST', '/session/password', { email: one.email, password: PASSWORD }), 200)
    return { browser, ...(await browser.ask('POST', `/session/${step}`, { code: code || codeOf(one.secret) })) }
  }
  renameSync(key, `${key}.apart`)
  for (const [step, code] of [
    ['totp', ''],
    ['recovery', one.recoveryCodes[0]!],
  ] as const) {
    const { status, body } = await login(step, code)
    assert.deepEqual([status, body['code']], [503, 'vault_key'])
    assert.match(String(body['detail']), /login\.key is not the one/)
  }
  renameSync(`${key}.apart`, key)
  assert.equal((await login('totp', '')).status, 200)
  renameSync(key, `${key}.apart`)
  const { id } = userByEmail(identity, one.email)
  resetFactors(identity, id, { actor: 'test', password: false })
  const again = browserAfterRestart()
  await expect(again.ask('POST', '/session/link', { token: addLink(identity, id).token }), 200)
  const { secret } = await expect(again.ask('POST', '/enrolment/password', { password: PASSWORD }), 200)
  await expect(again.ask('POST', '/enrolment/totp', { code: codeOf(String(secret)) }), 200)
})
