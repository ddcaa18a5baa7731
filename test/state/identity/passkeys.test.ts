import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listActs } from '../../../src/state/identity/audit.ts'
import {
  addPasskey,
  listPasskeys,
  notePasskeyUse,
  passkeyById,
  removePasskey,
} from '../../../src/state/identity/passkeys.ts'
import { removeUser } from '../../../src/state/identity/users.ts'
import { addPerson, code, desk, saying } from './desk.ts'

const made = {
  id: 'AQID',
  name: 'Laptop',
  publicKey: new Uint8Array([1, 2, 255]),
  counter: 0,
  transports: ['internal', 'hybrid'],
}

test('a passkey is kept as the browser gave it, and found by its id', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  const facts = addPasskey(identity, ada, made)
  assert.deepEqual(facts, { id: 'AQID', name: 'Laptop', created_at: '2026-11-23T06:00:00.000Z', last_used_at: null })
  const found = passkeyById(identity, 'AQID')
  assert.deepEqual([...(found?.public_key ?? [])], [1, 2, 255])
  assert.deepEqual(found?.transports, ['internal', 'hybrid'])
  assert.equal(found?.user_id, ada.id)
  assert.equal(passkeyById(identity, 'AQIE'), undefined)
})

test('a use is noted with the counter that tells a copied passkey', (t) => {
  const { identity, pass } = desk(t)
  const ada = addPerson(identity, 'ada')
  addPasskey(identity, ada, made)
  pass(1000)
  notePasskeyUse(identity, 'AQID', 7)
  const [passkey] = listPasskeys(identity, ada.id)
  assert.equal(passkey?.counter, 7)
  assert.equal(passkey?.last_used_at, '2026-11-23T06:00:01.000Z')
})

test('a name that says nothing becomes one, and a long one is cut', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  assert.equal(addPasskey(identity, ada, { ...made, name: ' ' }).name, 'Passkey')
  assert.equal(addPasskey(identity, ada, { ...made, id: 'long', name: 'x'.repeat(100) }).name, 'x'.repeat(60))
})

test('somebody has twenty at most, whatever others have', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  for (let number = 1; number <= 20; number += 1) addPasskey(identity, ada, { ...made, id: `ada ${number}` })
  assert.throws(() => addPasskey(identity, ada, { ...made, id: 'ada 21' }), saying('usage', /You have 20 passkeys/))
  assert.equal(listPasskeys(identity, ada.id).length, 20)
  addPasskey(identity, addPerson(identity, 'bea'), made)
  removePasskey(identity, ada, 'ada 1')
  assert.doesNotThrow(() => addPasskey(identity, ada, { ...made, id: 'ada 21' }))
})

test('nobody removes another’s passkey, and each removal is in the audit log', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  addPasskey(identity, ada, made)
  assert.throws(() => removePasskey(identity, addPerson(identity, 'bea'), 'AQID'), code('usage'))
  assert.ok(passkeyById(identity, 'AQID'))
  removePasskey(identity, ada, 'AQID')
  assert.throws(() => removePasskey(identity, ada, 'AQID'), code('usage'))
  const [last] = listActs(identity, 1)
  assert.deepEqual([last?.actor, last?.act, last?.subject], ['ada@example.org', 'passkey_removed', 'Laptop'])
})

test('the passkeys of somebody who was removed are gone', (t) => {
  const { identity } = desk(t)
  const ada = addPerson(identity, 'ada')
  addPasskey(identity, ada, made)
  removeUser(identity, ada.id, 'test')
  assert.equal(passkeyById(identity, 'AQID'), undefined)
})
