import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkPassword, hashPassword, isPassword } from '../../../src/state/identity/password.ts'
import { saying } from './desk.ts'

const PLACE = { words: ['quorfield-crimes'] }
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

test('twelve characters are enough, of any kind, and 128 are the most', async () => {
  for (const fit of [GOOD, 'kxwqzmvbnrty', 'correct horse battery', '雨の日に猫が三匹走っていく道', `${GOOD} `.repeat(5)]) {
    await assert.doesNotReject(checkPassword(PLACE, fit, ['ada@example.org', 'Ada Lovelace']), fit)
  }
  await assert.rejects(
    checkPassword(PLACE, 'kxwqzmvbnrt', []),
    saying('usage', /has 11 characters; 12 to 128 were expected/),
  )
  await assert.rejects(checkPassword(PLACE, `${GOOD} `.repeat(6), []), saying('usage', /has 144 characters/))
  await assert.rejects(checkPassword(PLACE, '😀'.repeat(11), []), saying('usage', /has 11 characters/))
})

test('what others guess first is refused, with why', async () => {
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
    ['Password2026!', /lists of leaked ones/],
    ['blotter-2026', /a word that others guess/],
    ['q1w2e3r4t5y6', /lists of leaked ones/],
    ['unbelievable!', /lists of leaked ones/],
    ['Dr@g0n-M0nk3y', /lists of leaked ones/],
    ['liverpool 1892', /lists of leaked ones/],
    ['2026SunshineSunshine', /lists of leaked ones/],
  ]
  for (const [password, why] of refused)
    await assert.rejects(checkPassword(PLACE, password, []), saying('usage', why), password)
})

test('one’s own name and address are no password', async () => {
  const own = ['zyxolace@example.org', 'Ada Zyxolace']
  await assert.rejects(checkPassword(PLACE, 'Zyxolace-2026', own), saying('usage', /a word that others guess/))
  await assert.rejects(checkPassword(PLACE, 'Quorfield-2026', own), saying('usage', /a word that others guess/))
  await assert.rejects(checkPassword(PLACE, 'example.zyxolace', own), saying('usage', /a word that others guess/))
  await assert.doesNotReject(checkPassword(PLACE, 'Zyxolace-2026', ['grace@navy.test']))
})

test('a refusal does not repeat the password', async () => {
  await assert.rejects(
    checkPassword(PLACE, 'Password2026!', []),
    (error: Error) => !`${error.message} ${JSON.stringify(error)}`.includes('Password2026'),
  )
})
