import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recordAct } from '../../../src/state/identity/audit.ts'
import type { Act } from '../../../src/state/identity/identity.ts'
import { noticeOf } from '../../../src/state/identity/notices.ts'
import { addPerson, desk } from './desk.ts'

const OWNER = 'desk@example.org'

test('owners are told of changes of their account, and of what others try with it', (t) => {
  const { identity } = desk(t)
  addPerson(identity, 'desk')
  const told = (act: string, actor = OWNER, subject = OWNER) => noticeOf(identity, { actor, act, subject })
  for (const change of [
    'password_changed',
    'second_factor_set_up',
    'recovery_codes_renewed',
    'code_replayed',
    'login_locked',
  ])
    assert.deepEqual(told(change), { event: 'account_changed', to: OWNER, change, by: OWNER, from: null })
  assert.equal(told('factors_reset', 'admin@example.org')?.to, OWNER)
  assert.equal(told('role_changed', 'admin@example.org')?.by, 'admin@example.org')
  assert.equal(told('passkey_added', OWNER, 'Laptop')?.to, OWNER)
  assert.equal(told('login_locked', 'stranger', 'no-user@example.org'), undefined)
  for (const act of ['login_failed', 'logout', 'session_ended', 'token_added', 'user_added', 'user_removed'])
    assert.equal(told(act), undefined, act)
})

test('owners are told of a login from an address that is new, but the first, and of one with a recovery code', (t) => {
  const { identity } = desk(t)
  addPerson(identity, 'desk')
  const login = (address: string, factor = 'totp') => {
    const act: Act = { actor: OWNER, act: 'login', subject: OWNER, details: { address, factor } }
    recordAct(identity, act)
    return noticeOf(identity, act)?.change
  }
  assert.equal(login('192.0.2.7'), undefined)
  assert.equal(login('192.0.2.7'), undefined)
  assert.equal(login('198.51.100.4'), 'new_place')
  assert.equal(login('198.51.100.4'), undefined)
  assert.equal(login('198.51.100.4', 'recovery'), 'recovery_code_used')
})
