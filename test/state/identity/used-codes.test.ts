import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openIdentity } from '../../../src/state/identity/identity.ts'
import { giveCodeBack, takeCode } from '../../../src/state/identity/used-codes.ts'
import { addPerson, desk, MINUTE_MS } from './desk.ts'

test('a code is good once for each person', (t) => {
  const { identity } = desk(t)
  const [ada, bea] = [addPerson(identity, 'ada'), addPerson(identity, 'bea')]
  assert.equal(takeCode(identity, ada.id, '123456'), true)
  assert.equal(takeCode(identity, ada.id, '123456'), false)
  assert.equal(takeCode(identity, ada.id, '654321'), true)
  assert.equal(takeCode(identity, bea.id, '123456'), true)
})

test('a used code stays so for longer than its time, which another process sees too', (t) => {
  const { folder, identity, pass } = desk(t)
  const other = openIdentity(folder, identity.clock)
  t.after(() => other.close())
  const { id } = addPerson(identity, 'ada')
  takeCode(identity, id, '123456')
  pass(2 * MINUTE_MS)
  assert.equal(takeCode(other, id, '123456'), false)
  pass(1)
  assert.equal(takeCode(other, id, '123456'), true)
})

test('a code that was not good is given back alone', (t) => {
  const { identity } = desk(t)
  const { id } = addPerson(identity, 'ada')
  takeCode(identity, id, '123456')
  takeCode(identity, id, '654321')
  giveCodeBack(identity, id, '654321')
  assert.equal(takeCode(identity, id, '654321'), true)
  assert.equal(takeCode(identity, id, '123456'), false)
})
