import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Identity } from '../../../src/state/identity/identity.ts'
import {
  confirmSession,
  endOldSessions,
  endOtherSessions,
  endSession,
  FACTORS,
  isFactor,
  listSessions,
  sweepSessions,
} from '../../../src/state/identity/sessions.ts'
import { addPerson, code, desk, HOUR_MS, openSession } from './desk.ts'

const idsOf = (identity: Identity, userId: string): string[] => listSessions(identity, userId).map(({ id }) => id)

const countOf = (identity: Identity, table: 'sessions' | 'verifications'): number | undefined =>
  identity.database.get<{ count: number }>(`SELECT count(*) AS count FROM ${table}`)?.count

test('people see their own sessions, the newest first, and only until they expire', (t) => {
  const { identity, pass } = desk(t)
  const [ada, bea] = [addPerson(identity, 'ada'), addPerson(identity, 'bea')]
  openSession(identity, ada.id, 'early')
  openSession(identity, bea.id, 'hers')
  pass(1)
  openSession(identity, ada.id, 'late', 'passkey')
  assert.deepEqual(idsOf(identity, ada.id), ['late', 'early'])
  assert.deepEqual(idsOf(identity, bea.id), ['hers'])
  pass(HOUR_MS - 1)
  assert.deepEqual(idsOf(identity, ada.id), ['late'])
})

test('a session that a password or an enrolment alone began is none', (t) => {
  const { identity } = desk(t)
  const { id } = addPerson(identity, 'ada')
  for (const factor of ['password', 'enrolment', ...FACTORS]) openSession(identity, id, factor, factor)
  assert.deepEqual(idsOf(identity, id).toSorted(), [...FACTORS].toSorted())
  assert.ok(!isFactor('password') && !isFactor('enrolment') && !isFactor(''))
})

test('nobody ends another’s session', (t) => {
  const { identity } = desk(t)
  const [ada, bea] = [addPerson(identity, 'ada'), addPerson(identity, 'bea')]
  openSession(identity, ada.id, 'one')
  assert.throws(() => endSession(identity, bea.id, 'one'), code('usage'))
  assert.deepEqual(idsOf(identity, ada.id), ['one'])
  endSession(identity, ada.id, 'one')
  assert.deepEqual(idsOf(identity, ada.id), [])
  assert.throws(() => endSession(identity, ada.id, 'one'), code('usage'))
})

test('all of one’s sessions but this end at once, and nobody else’s', (t) => {
  const { identity } = desk(t)
  const [ada, bea] = [addPerson(identity, 'ada'), addPerson(identity, 'bea')]
  for (const id of ['one', 'two', 'three']) openSession(identity, ada.id, id)
  openSession(identity, bea.id, 'hers')
  assert.equal(endOtherSessions(identity, ada.id, 'two'), 2)
  assert.deepEqual(idsOf(identity, ada.id), ['two'])
  assert.deepEqual(idsOf(identity, bea.id), ['hers'])
})

test('a confirmation is noted with its time, on that session alone', (t) => {
  const { identity, pass } = desk(t)
  const { id } = addPerson(identity, 'ada')
  for (const session of ['one', 'two']) openSession(identity, id, session)
  pass(1000)
  confirmSession(identity, 'two')
  const rows = identity.database.all<{ id: string; at: string }>('SELECT id, confirmed_at AS at FROM sessions ORDER BY id')
  assert.deepEqual(
    rows.map(({ id: session, at }) => [session, at]),
    [
      ['one', '2026-11-23T06:00:00.000Z'],
      ['two', '2026-11-23T06:00:01.000Z'],
    ],
  )
})

test('what is over is swept away, and what is good stays', (t) => {
  const { identity, pass } = desk(t)
  const { id } = addPerson(identity, 'ada')
  const challenge = `INSERT INTO verifications (id, identifier, value, expires_at, created_at, updated_at)
    VALUES (?, 'x', 'y', ?, '2026-11-23', '2026-11-23')`
  identity.database.run(challenge, 'over', '2026-11-23T06:10:00.000Z')
  identity.database.run(challenge, 'open', '2026-11-23T08:00:00.000Z')
  openSession(identity, id, 'early')
  pass(HOUR_MS + 1)
  openSession(identity, id, 'late')
  sweepSessions(identity)
  assert.deepEqual(idsOf(identity, id), ['late'])
  assert.equal(countOf(identity, 'sessions'), 1)
  assert.equal(countOf(identity, 'verifications'), 1)
})

test('of many sessions of one person the newest stay', (t) => {
  const { identity, pass } = desk(t)
  const [ada, bea] = [addPerson(identity, 'ada'), addPerson(identity, 'bea')]
  openSession(identity, bea.id, 'hers')
  for (const id of ['one', 'two', 'three']) {
    openSession(identity, ada.id, id)
    pass(1)
  }
  endOldSessions(identity, ada.id, 2)
  assert.deepEqual(idsOf(identity, ada.id), ['three', 'two'])
  assert.deepEqual(idsOf(identity, bea.id), ['hers'])
})
