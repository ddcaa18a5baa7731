import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listActs } from '../../../src/state/identity/audit.ts'
import type { Identity } from '../../../src/state/identity/identity.ts'
import { addLink, useLink } from '../../../src/state/identity/links.ts'
import { addPasskey } from '../../../src/state/identity/passkeys.ts'
import { listSessions } from '../../../src/state/identity/sessions.ts'
import {
  addUser,
  hasUsers,
  listUsers,
  noteLogin,
  passwordOf,
  removeUser,
  resetFactors,
  setName,
  setPassword,
  setRole,
  userByEmail,
  userById,
} from '../../../src/state/identity/users.ts'
import { addPerson, code, desk, openSession, saying } from './desk.ts'

const lastAdmin = saying('usage', /is the last admin/)
const made = { id: 'AQID', name: 'Laptop', publicKey: new Uint8Array([1]), counter: 0, transports: [] }

/** As the library for logins notes it. */
function setUpApp({ database }: Identity, id: string): void {
  database.run("INSERT INTO two_factors (id, user_id, secret, backup_codes) VALUES ('one', ?, 'secret', 'codes')", id)
  database.run('UPDATE users SET two_factor_enabled = 1 WHERE id = ?', id)
}

test('somebody who is added is invited, found however the address is typed, and in the audit log', (t) => {
  const { identity } = desk(t)
  assert.equal(hasUsers(identity), false)
  const ada = addUser(identity, { email: ' Ada@Example.org ', name: ' Ada ', role: 'operator', actor: 'somebody' })
  assert.equal(hasUsers(identity), true)
  const { id, ...facts } = ada
  assert.deepEqual(facts, {
    email: 'ada@example.org',
    name: 'Ada',
    role: 'operator',
    state: 'invited',
    two_factor: false,
    passkeys: 0,
    created_at: '2026-11-23T06:00:00.000Z',
    last_login_at: null,
  })
  assert.deepEqual(userByEmail(identity, 'ADA@example.org '), ada)
  assert.deepEqual(userById(identity, id), ada)
  assert.deepEqual(
    listActs(identity, 10).map(({ actor, act, subject, details }) => [actor, act, subject, details]),
    [['somebody', 'user_added', 'ada@example.org', { role: 'operator' }]],
  )
})

test('an address is one user’s, in whatever case; the second is refused and changes nothing', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  const again = { email: 'ADA@EXAMPLE.ORG', name: 'Another', role: 'admin', actor: 'test' } as const
  assert.throws(() => addUser(identity, again), code('user_exists'))
  assert.deepEqual(listUsers(identity), [ada])
})

test('what is no address and no name is refused', (t) => {
  const { identity } = desk(t)
  const wish = { email: 'ada@example.org', name: 'Ada', role: 'viewer', actor: 'test' } as const
  for (const email of [
    '',
    'ada',
    '@example.org',
    'ada@',
    'a b@example.org',
    'ada@example.org,x@y',
    '<ada@example.org>',
    'ada@-x',
  ]) {
    assert.throws(() => addUser(identity, { ...wish, email }), saying('usage', /is no e-mail address/), email)
  }
  for (const name of ['', '  ', 'x'.repeat(101), 'Ada\nBcc: all', 'Ada\u0000']) {
    assert.throws(() => addUser(identity, { ...wish, name }), saying('usage', /A name has 1 to 100/), name)
  }
  assert.equal(hasUsers(identity), false)
})

test('a second factor, a passkey or the account of a single sign-on each make somebody active; a password does not', (t) => {
  const { identity } = desk(t)
  const [app, key, city, word] = ['app', 'key', 'city', 'word'].map((name) => addPerson(identity, name).id)
  setUpApp(identity, app!)
  addPasskey(identity, { id: key!, email: 'key@example.org' }, made)
  const account = `INSERT INTO accounts (id, user_id, provider_id, account_id, created_at, updated_at)
    VALUES ('one', ?, 'sso', 'subject', '2026-11-23', '2026-11-23')`
  identity.database.run(account, city!)
  setPassword(identity, word!, 'hash')
  const states = listUsers(identity).map(({ name, state, two_factor, passkeys }) => [name, state, two_factor, passkeys])
  assert.deepEqual(states, [
    ['app', 'active', true, 0],
    ['city', 'active', false, 0],
    ['key', 'active', false, 1],
    ['word', 'invited', false, 0],
  ])
})

test('a password takes the place of the one before', (t) => {
  const { identity } = desk(t)
  const wish = { email: 'ada@example.org', name: 'Ada', role: 'viewer', actor: 'test' } as const
  const { id } = addUser(identity, { ...wish, passwordHash: 'first' })
  assert.equal(passwordOf(identity, id), 'first')
  setPassword(identity, id, 'second')
  assert.equal(passwordOf(identity, id), 'second')
  assert.equal(identity.database.all('SELECT 1 FROM accounts').length, 1)
  assert.equal(passwordOf(identity, addPerson(identity, 'bea').id), undefined)
})

test('the last admin is neither removed nor made less, and is once there is another', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada', 'admin')
  const bea = addPerson(identity, 'bea', 'operator')
  assert.throws(() => removeUser(identity, ada.id, 'test'), lastAdmin)
  assert.throws(() => setRole(identity, ada.id, 'viewer', 'test'), lastAdmin)
  assert.equal(setRole(identity, ada.id, 'admin', 'test').role, 'admin')
  assert.equal(setRole(identity, bea.id, 'admin', 'ada').role, 'admin')
  assert.deepEqual(listActs(identity, 1)[0]?.details, { from: 'operator', to: 'admin' })
  assert.equal(setRole(identity, ada.id, 'viewer', 'bea').role, 'viewer')
  assert.equal(userById(identity, ada.id).role, 'viewer')
  assert.throws(() => removeUser(identity, bea.id, 'test'), lastAdmin)
})

test('with somebody go their sessions, and nobody else’s; the acts stay', (t) => {
  const { identity } = desk(t)
  const [ada, bea] = [addPerson(identity, 'ada'), addPerson(identity, 'bea')]
  openSession(identity, ada.id, 'his')
  openSession(identity, bea.id, 'hers')
  assert.equal(removeUser(identity, ada.id, 'test').email, 'ada@example.org')
  assert.deepEqual(
    identity.database.all<{ id: string }>('SELECT id FROM sessions').map(({ id }) => id),
    ['hers'],
  )
  assert.throws(() => userById(identity, ada.id), code('user_missing'))
  assert.throws(() => removeUser(identity, ada.id, 'test'), code('user_missing'))
  const acts = listActs(identity, 10).map(({ act, subject }) => `${act} ${subject}`)
  assert.deepEqual(acts, ['user_removed ada@example.org', 'user_added bea@example.org', 'user_added ada@example.org'])
})

test('a reset takes second factor, passkeys, sessions and links, and the password only where that is said', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  setPassword(identity, ada.id, 'hash')
  setUpApp(identity, ada.id)
  addPasskey(identity, ada, made)
  openSession(identity, ada.id, 'one')
  const { token } = addLink(identity, ada.id)
  assert.equal(userById(identity, ada.id).state, 'active')
  const reset = resetFactors(identity, ada.id, { actor: 'test', password: false })
  assert.deepEqual([reset.state, reset.two_factor, reset.passkeys], ['invited', false, 0])
  assert.deepEqual(identity.database.all('SELECT 1 FROM two_factors'), [])
  assert.deepEqual(listSessions(identity, ada.id), [])
  assert.throws(() => useLink(identity, token), code('link_refused'))
  assert.equal(passwordOf(identity, ada.id), 'hash')
  resetFactors(identity, ada.id, { actor: 'test', password: true })
  assert.equal(passwordOf(identity, ada.id), undefined)
  assert.throws(() => resetFactors(identity, 'nobody', { actor: 'test', password: true }), code('user_missing'))
})

test('a new name is checked, and a login is noted with its time', (t) => {
  const { identity, pass } = desk(t)
  const { id } = addPerson(identity, 'ada')
  assert.throws(() => setName(identity, id, ' '), code('usage'))
  setName(identity, id, ' Ada Lovelace ')
  pass(1000)
  noteLogin(identity, id)
  const { name, last_login_at } = userById(identity, id)
  assert.deepEqual([name, last_login_at], ['Ada Lovelace', '2026-11-23T06:00:01.000Z'])
})
