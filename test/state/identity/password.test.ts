import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPassword, hashPassword, isPassword } from '../../../src/state/identity/password.ts'
import { saying } from './desk.ts'

const GOOD = 'crumb velvet otter nine'

test('a hash is of Argon2id with the cost that OWASP asks for, has its own salt, and tells right from wrong', async () => {
  const [one, other] = await Promise.all([hashPassword(GOOD), hashPassword(GOOD)])
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.notEqual(one, other)
  assert.deepEqual(await Promise.all([isPassword(GOOD, one), isPassword(GOOD, other)]), [true, true])
  assert.equal(await isPassword(`${GOOD} `, one), false)
})

test('the same letters are the same password, whichever way a keyboard writes them', async () => {
  const [composed, apart] = ['Z\u00fcrich crumb velvet', 'Zu\u0308rich crumb velvet']
  assert.equal(await isPassword(apart, await hashPassword(composed)), true)
  assert.equal(await isPassword(composed, await hashPassword(apart)), true)
})

test('twelve characters are enough, of any kind, and 128 are the most', () => {
  for (const fit of [GOOD, 'kxwqzmvbnrty', 'correct horse battery', '雨の日に猫が三匹走っていく道', `${GOOD} `.repeat(5)]) {
    assert.doesNotThrow(() => checkPassword(fit, ['ada@example.org', 'Ada Lovelace']), fit)
  }
  assert.throws(() => checkPassword('kxwqzmvbnrt'), saying('usage', /has 11 characters; 12 to 128 were expected/))
  assert.throws(() => checkPassword(`${GOOD} `.repeat(6)), saying('usage', /has 144 characters/))
  assert.throws(() => checkPassword('😀'.repeat(11)), saying('usage', /has 11 characters/))
})

test('what others guess first is refused, with why', () => {
  const refused: readonly [string, RegExp][] = [
    ['aaaaaaaaaaaaaaaa', /very few characters/],
    ['abababababab', /very few characters/],
    ['abcdefghijklmnop', /is a run/],
    ['ponmlkjihgfedcba', /is a run/],
    ['QWERTYUIOPasdf', /is a run/],
    ['123456789012345', /is a run/],
    ['1234567890'.repeat(3), /is a run/],
    ['12345123451234', /is a run/],
    ['789078907890', /very few characters/],
    ['678906789067890', /is a run/],
    ['Password2026!', /a word that others guess/],
    ['blotter-chicago-1', /a word that others guess/],
  ]
  for (const [password, why] of refused) assert.throws(() => checkPassword(password), saying('usage', why), password)
})

test('one’s own name and address are no password', () => {
  const own = ['lovelace@example.org', 'Ada Lovelace']
  assert.throws(() => checkPassword('Lovelace-2026', own), saying('usage', /a word that others guess/))
  assert.throws(() => checkPassword('example.lovelace', own), saying('usage', /a word that others guess/))
  assert.doesNotThrow(() => checkPassword('Lovelace-2026', ['grace@navy.test']))
})

test('a refusal does not repeat the password', () => {
  assert.throws(
    () => checkPassword('Password2026!'),
    (error: Error) => !`${error.message} ${JSON.stringify(error)}`.includes('Password2026'),
  )
})
