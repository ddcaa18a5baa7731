import assert from 'node:assert/strict'
import { test } from 'node:test'
import { codeOf, expect, house, PASSWORD } from './house.ts'

const HALF_MINUTE = 30_000

test('somebody signs in with password and code, and is known by a cookie that scripts and other pages do not get', async (t) => {
  const { browser, signedIn, later } = await house(t)
  const { email, secret } = await signedIn('operator')
  later(2 * HALF_MINUTE)
  const one = browser()
  await expect(one.ask('GET', '/batches'), 401)
  assert.deepEqual(
    await expect(one.ask('POST', '/session/password', { email: email.toUpperCase(), password: PASSWORD }), 200),
    { next: 'code' },
  )
  await expect(one.ask('GET', '/batches'), 401)
  const { headers } = await one.ask('POST', '/session/totp', { code: codeOf(secret) })
  const cookie = [headers['set-cookie']].flat().find((text) => text?.startsWith('blotter.session_token='))
  assert.match(String(cookie), /HttpOnly/)
  assert.match(String(cookie), /SameSite=Strict/)
  assert.match(String(cookie), /Path=\//)
  await expect(one.ask('GET', '/batches'), 200)
  const state = await expect(one.ask('GET', '/session'), 200)
  assert.deepEqual({ ...(state['user'] as object), id: '' }, { id: '', email, name: 'The operator', role: 'operator' })
  assert.deepEqual([state['factor'], state['first_user']], ['totp', false])
})

test('a code that was used is refused although its time goes on, and so is a wrong one', async (t) => {
  const { browser, signedIn, later } = await house(t)
  const { email, secret } = await signedIn()
  const begin = async () => {
    const one = browser()
    await expect(one.ask('POST', '/session/password', { email, password: PASSWORD }), 200)
    return one
  }
  const replayed = await (await begin()).ask('POST', '/session/totp', { code: codeOf(secret) })
  assert.equal(replayed.status, 401)
  assert.match(String(replayed.body['detail']), /used already/)
  later(2 * HALF_MINUTE)
  const wrong = codeOf(secret) === '000000' ? '111111' : '000000'
  assert.match((await (await begin()).ask('POST', '/session/totp', { code: wrong })).text, /not right/)
  await expect((await begin()).ask('POST', '/session/totp', { code: codeOf(secret) }), 200)
})

test('a code without a password before it opens nothing', async (t) => {
  const { browser, signedIn } = await house(t)
  const { secret } = await signedIn()
  const { status, body } = await browser().ask('POST', '/session/totp', { code: codeOf(secret) })
  assert.deepEqual([status, body['code']], [401, 'unauthorized'])
})

test('who tries passwords waits longer each time, whether the account exists or not, and is told how long', async (t) => {
  const { browser, signedIn, later } = await house(t)
  const { email } = await signedIn()
  const answers = new Map<string, string[]>()
  for (const who of [email, 'nobody@example.org']) {
    const told: string[] = []
    for (let i = 0; i < 6; i++) {
      const { status, body, headers } = await browser().ask('POST', '/session/password', { email: who, password: 'wrong' })
      told.push(`${status} ${String(body['detail'])}`)
      if (status === 429) assert.equal(headers['retry-after'], '30')
    }
    answers.set(who, told)
  }
  assert.deepEqual(answers.get(email), answers.get('nobody@example.org'))
  assert.deepEqual(
    answers.get(email)!.map((text) => text.slice(0, 3)),
    ['401', '401', '401', '401', '401', '429'],
  )
  // The right password is refused as well while the account is locked.
  const right = () => browser().ask('POST', '/session/password', { email, password: PASSWORD })
  assert.equal((await right()).status, 429)
  later(31_000)
  await expect(browser().ask('POST', '/session/password', { email, password: 'wrong again' }), 401)
  later(31_000)
  assert.equal((await right()).status, 429, 'the second wait is twice as long')
  later(31_000)
  await expect(right(), 200)
})

test('one address cannot try many accounts', async (t) => {
  const { browser } = await house(t)
  const statuses: number[] = []
  for (let i = 0; i < 22; i++)
    statuses.push((await browser().ask('POST', '/session/password', { email: `u${i}@example.org`, password: 'x' })).status)
  assert.deepEqual([statuses[19], statuses[20], statuses[21]], [401, 429, 429])
})

test('more requests than anybody types are refused before a password is looked at', async (t) => {
  const { browser } = await house(t)
  let last = 0
  for (let i = 0; i < 31; i++) last = (await browser().ask('POST', '/session/link', { token: '' })).status
  assert.equal(last, 429)
})

test('a recovery code is good once in place of the app', async (t) => {
  const { browser, signedIn } = await house(t)
  const { email, recoveryCodes } = await signedIn()
  assert.equal(new Set(recoveryCodes).size, 10)
  const use = async (code: string) => {
    const one = browser()
    await expect(one.ask('POST', '/session/password', { email, password: PASSWORD }), 200)
    return one.ask('POST', '/session/recovery', { code })
  }
  await expect(use(recoveryCodes[0]!), 200)
  await expect(use(recoveryCodes[0]!), 401)
  await expect(use(recoveryCodes[1]!), 200)
})

test('a session ends after twelve hours, when it is signed out of, and when its owner ends it from elsewhere', async (t) => {
  const { browser, signedIn, later } = await house(t)
  const one = await signedIn()
  later(2 * HALF_MINUTE)
  const other = browser()
  await expect(other.ask('POST', '/session/password', { email: one.email, password: PASSWORD }), 200)
  await expect(other.ask('POST', '/session/totp', { code: codeOf(one.secret) }), 200)
  const list = (await expect(one.ask('GET', '/sessions'), 200)) as unknown as { id: string; is_this: boolean }[]
  assert.deepEqual(list.map((session) => session.is_this).toSorted(), [false, true])
  const second = list.find((session) => !session.is_this)!
  await expect(one.ask('DELETE', `/sessions/${second.id}`), 200)
  await expect(other.ask('GET', '/batches'), 401)
  later(11 * 3_600_000)
  await expect(one.ask('GET', '/batches'), 200)
  later(3_600_000)
  await expect(one.ask('GET', '/batches'), 401)
  const third = browser()
  await expect(third.ask('POST', '/session/password', { email: one.email, password: PASSWORD }), 200)
  await expect(third.ask('POST', '/session/totp', { code: codeOf(one.secret) }), 200)
  const kept = new Map(third.cookies)
  third.csrf = String((await expect(third.ask('GET', '/session'), 200))['csrf'])
  await expect(third.ask('DELETE', '/session'), 200)
  third.cookies = kept
  await expect(third.ask('GET', '/batches'), 401)
})

test('a forged session is a stranger’s: signature, token and another server’s key are looked at', async (t) => {
  const { browser, signedIn } = await house(t)
  const one = await signedIn()
  const name = 'blotter.session_token'
  const good = decodeURIComponent(one.cookies.get(name)!)
  const [token, signature] = [good.slice(0, good.indexOf('.')), good.slice(good.indexOf('.') + 1)]
  const forged = [
    token,
    `${token}.`,
    `${token}.${signature.slice(0, -4)}AAA=`,
    `${token.slice(0, -1)}x.${signature}`,
    `x.${signature}`,
    '',
  ]
  for (const value of forged) {
    const other = browser()
    other.cookies.set(name, encodeURIComponent(value))
    await expect(other.ask('GET', '/batches'), 401)
    assert.equal((await expect(other.ask('GET', '/session'), 200))['user'], null)
  }
})
