import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { listActs } from '../../../src/state/identity/audit.ts'
import { addLink, useLink } from '../../../src/state/identity/links.ts'
import { removeUser } from '../../../src/state/identity/users.ts'
import { addPerson, desk, HOUR_MS, MINUTE_MS, saying } from './desk.ts'

const unknown = saying('link_refused', /is not known/)
const used = saying('link_refused', /was used already/)
const expired = saying('link_refused', /has expired/)

test('a link says whose it is, once', (t) => {
  const { identity } = desk(t)
  const { id } = addPerson(identity, 'ada')
  const { token } = addLink(identity, id)
  assert.match(token, /^[\w-]{43}$/)
  assert.equal(useLink(identity, token), id)
  assert.throws(() => useLink(identity, token), used)
  assert.deepEqual(
    listActs(identity, 10).map(({ act, subject }) => [act, subject]),
    [
      ['link_used', id],
      ['user_added', 'ada@example.org'],
    ],
  )
})

test('an invitation is good for a day, and not for the last moment of it', (t) => {
  const { identity, pass } = desk(t)
  const ada = addLink(identity, addPerson(identity, 'ada').id)
  const bea = addLink(identity, addPerson(identity, 'bea').id)
  assert.equal(ada.expires_at, '2026-11-24T06:00:00.000Z')
  pass(24 * HOUR_MS - 1)
  assert.doesNotThrow(() => useLink(identity, ada.token))
  pass(1)
  assert.throws(() => useLink(identity, bea.token), expired)
})

test('the link for the first user is of nobody, and good for ten minutes', (t) => {
  const { identity, pass } = desk(t)
  const late = addLink(identity, null)
  pass(10 * MINUTE_MS)
  assert.throws(() => useLink(identity, late.token), expired)
  assert.equal(useLink(identity, addLink(identity, null).token), null)
})

test('a new link makes the one before it worthless, and nobody else’s', (t) => {
  const { identity } = desk(t)
  const { id } = addPerson(identity, 'ada')
  const other = addLink(identity, null)
  const first = addLink(identity, id)
  const second = addLink(identity, id)
  assert.throws(() => useLink(identity, first.token), unknown)
  assert.equal(useLink(identity, second.token), id)
  assert.equal(useLink(identity, other.token), null)
})

test('the links of somebody who was removed open nothing', (t) => {
  const { identity } = desk(t)
  const { id } = addPerson(identity, 'ada')
  const { token } = addLink(identity, id)
  removeUser(identity, id, 'test')
  assert.throws(() => useLink(identity, token), unknown)
})

test('what resembles a link is refused, and the link itself is nowhere on disk', (t) => {
  const { folder, identity } = desk(t)
  const { token } = addLink(identity, null)
  for (const other of ['', token.slice(1), `${token}=`, `${token} `]) assert.throws(() => useLink(identity, other), unknown)
  for (const name of readdirSync(folder)) {
    assert.ok(!readFileSync(join(folder, name), 'latin1').includes(token), name)
  }
})
