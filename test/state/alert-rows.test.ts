import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RaisedAlert } from '../../src/model/alert.ts'
import {
  claimDelivery,
  countUntried,
  dueDeliveries,
  endDelivery,
  insertAlert,
  isRaised,
  lastRaised,
  makeAllDue,
  markRecovered,
  nextDelivery,
  openTroubles,
  readDeliveries,
} from '../../src/state/alert-rows.ts'
import { openState } from '../../src/state/state.ts'
import { testFolder } from './folder.ts'

const AT = '2026-11-23T06:00:00.000Z'
const LATER = '2026-11-23T07:00:00.000Z'
const raised = (subject: string, raised_at = AT): RaisedAlert => ({
  event: 'secret_rotated',
  subject,
  occasion: 'o',
  alert: { event: 'secret_rotated', secret: subject, by: 'hand', nextAt: null },
  raised_at,
})
const unclaimed = () => false

test('an alert is stored once, with a delivery for each channel, and comes back as it was', (t) => {
  using state = openState(testFolder(t))
  const { database } = state
  assert.deepEqual(
    [insertAlert(database, raised('a'), ['email', 'webhook']), insertAlert(database, raised('a', LATER), ['email'])],
    [true, false],
  )
  assert.ok(isRaised(database, raised('a')) && !isRaised(database, raised('b')))
  assert.equal(lastRaised(database, 'secret_rotated'), AT)
  assert.equal(lastRaised(database, 'digest'), undefined)
  const due = dueDeliveries(database, { now: AT, limit: 10, isClaimed: unclaimed })
  assert.deepEqual(
    due.map(({ channel, alert }) => [channel, alert]),
    [
      ['email', raised('a').alert],
      ['webhook', raised('a').alert],
    ],
  )
})

test('a delivery is due until it is claimed or over, and again when it is asked for', (t) => {
  using state = openState(testFolder(t))
  const { database } = state
  insertAlert(database, raised('a'), ['email'])
  const due = () => dueDeliveries(database, { now: AT, limit: 10, isClaimed: () => true })
  const [first] = due()
  assert.equal(countUntried(database), 1)
  claimDelivery(database, first!, { pid: 1 })
  assert.deepEqual([due().length, countUntried(database)], [0, 1])
  endDelivery(database, first!, { state: 'waiting', at: AT, next_at: LATER, problem: 'down' })
  assert.deepEqual([due().length, countUntried(database), nextDelivery(database, AT)], [0, 0, LATER])
  makeAllDue(database, AT)
  assert.equal(due()[0]?.attempts, 1)
  endDelivery(database, first!, { state: 'sent', at: LATER, problem: null })
  const [row] = readDeliveries(database, 10)
  assert.deepEqual([row?.state, row?.attempts, row?.ended_at, row?.problem], ['sent', 1, LATER, null])
  assert.equal(nextDelivery(database, AT), undefined)
})

test('a trouble is open until a run has made it good', (t) => {
  using state = openState(testFolder(t))
  const { database } = state
  const alert = { event: 'deadline_missed', of: 'freshness', newest: null, limitMs: 1, elapsedMs: 2 } as const
  insertAlert(database, { event: 'deadline_missed', subject: 'freshness', occasion: 'x', alert, raised_at: AT }, ['email'])
  insertAlert(database, raised('a'), ['email'])
  const [trouble, ...others] = openTroubles(database, 'all')
  assert.deepEqual([trouble?.event, others.length, openTroubles(database, 'restores').length], ['deadline_missed', 0, 0])
  markRecovered(database, trouble!.sequence, 'run')
  assert.deepEqual(openTroubles(database, 'all'), [])
})

test('the outbox does not grow without end', (t) => {
  using state = openState(testFolder(t))
  const { database } = state
  database.transaction(() => {
    for (let n = 0; n < 5050; n++) insertAlert(database, raised(`s${n}`), ['email'])
  })
  assert.equal(readDeliveries(database, 10_000).length, 5000)
  assert.ok(isRaised(database, raised('s5049')) && !isRaised(database, raised('s49')))
})
