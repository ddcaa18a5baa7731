import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ALERT_EVENTS } from '../../src/model/alert.ts'

test('events bear the names that the header X-Blotter-Event promises', () => {
  const promised =
    'deadline_missed deadline_forecast run_failed run_held recovered digest secret_rotated rotation_failed account_changed'
  assert.equal(ALERT_EVENTS.join(' '), promised)
})
