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
