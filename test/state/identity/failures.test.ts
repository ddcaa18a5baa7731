import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import {
  accountSubject,
  forgetFailures,
  noteFailure,
  refuseLocked,
  type Subject,
} from '../../../src/state/identity/failures.ts'
import type { Identity } from '../../../src/state/identity/identity.ts'
import { code, desk, HOUR_MS, saying } from './desk.ts'

const account = accountSubject('desk@example.org')
const address: Subject = 'address:192.0.2.7'

function fail(identity: Identity, subject: Subject, times: number): void {
  for (let failure = 0; failure < times; failure += 1) noteFailure(identity, [subject])
}

/** How long the subject is told to wait; 0 where it may try. */
function waitSeconds(identity: Identity, subject: Subject): unknown {
  try {
    refuseLocked(identity, [subject])
    return 0
  } catch (error) {
    assert.ok(error instanceof BlotterError && error.code === 'too_many_attempts', String(error))
    return error.context['retry_after_seconds']
  }
}

test('four mistakes cost nothing, and from the fifth on each costs twice the time, up to an hour', (t) => {
  const { identity } = desk(t)
  const waits = Array.from({ length: 20 }, () => {
    fail(identity, account, 1)
    return waitSeconds(identity, account)
  })
  assert.deepEqual(waits.slice(0, 12), [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600])
  assert.deepEqual(new Set(waits.slice(12)), new Set([3600]))
})

test('a lock opens when its time is over, not a moment before, and the next mistake locks for longer', (t) => {
  const { identity, pass } = desk(t)
  fail(identity, account, 5)
  pass(29_999)
  assert.equal(waitSeconds(identity, account), 1)
  pass(1)
  assert.equal(waitSeconds(identity, account), 0)
  fail(identity, account, 1)
  assert.equal(waitSeconds(identity, account), 60)
})

test('an address is let make more mistakes than an account, since many people may share it', (t) => {
  const { identity } = desk(t)
  fail(identity, address, 19)
  assert.equal(waitSeconds(identity, address), 0)
  fail(identity, address, 1)
  assert.equal(waitSeconds(identity, address), 30)
})

test('one locked subject is enough to refuse, and says in words how long', (t) => {
  const { identity } = desk(t)
  fail(identity, account, 8)
  assert.throws(() => refuseLocked(identity, [address, account]), saying('too_many_attempts', /possible in 4 minutes/))
  assert.doesNotThrow(() => refuseLocked(identity, [address, accountSubject('other@example.org')]))
})

test('a good login clears the account however it is typed, and leaves the address its count', (t) => {
  const { identity } = desk(t)
  fail(identity, account, 6)
  fail(identity, address, 20)
  forgetFailures(identity, ' Desk@Example.ORG ')
  assert.equal(waitSeconds(identity, account), 0)
  assert.throws(() => refuseLocked(identity, [address]), code('too_many_attempts'))
  fail(identity, account, 4)
  assert.equal(waitSeconds(identity, account), 0)
})

test('mistakes of more than a day ago are forgotten', (t) => {
  const { identity, pass } = desk(t)
  fail(identity, account, 12)
  pass(24 * HOUR_MS)
  fail(identity, account, 1)
  assert.equal(waitSeconds(identity, account), 3600)
  pass(24 * HOUR_MS + 1)
  fail(identity, account, 4)
  assert.equal(waitSeconds(identity, account), 0)
})

test('no e-mail, however long, makes a subject longer than an address can be', () => {
  assert.equal(accountSubject('X'.repeat(100_000)), `account:${'x'.repeat(320)}`)
})

test('the failure that locks an account is told from those before and after it', (t) => {
  const { identity } = desk(t)
  const told = Array.from({ length: 7 }, () => noteFailure(identity, [accountSubject('ada@example.org')]))
  assert.deepEqual(told, [false, false, false, false, true, false, false])
})
