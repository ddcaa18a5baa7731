import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listActs, recordAct, sweepActs } from '../../../src/state/identity/audit.ts'
import { desk, HOUR_MS } from './desk.ts'

test('acts are kept for two years, and then forgotten with the addresses that are in them', (t) => {
  const { identity, pass } = desk(t)
  recordAct(identity, {
    actor: 'old@example.org',
    act: 'login',
    subject: 'old@example.org',
    details: { address: '192.0.2.7' },
  })
  pass(729 * 24 * HOUR_MS)
  recordAct(identity, { actor: 'new@example.org', act: 'login', subject: 'new@example.org' })
  sweepActs(identity)
  assert.equal(listActs(identity, 9).length, 2)
  pass(2 * 24 * HOUR_MS)
  sweepActs(identity)
  assert.deepEqual(
    listActs(identity, 9).map(({ actor }) => actor),
    ['new@example.org'],
  )
})
