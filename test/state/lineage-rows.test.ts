import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import {
  countWaiting,
  enqueueEvents,
  isToldOf,
  markAttempted,
  markPosted,
  markRefused,
  markToldOf,
  waitingEvents,
} from '../../src/state/lineage-rows.ts'
import { openState } from '../../src/state/state.ts'

function database(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-rows-'))
  const state = openState(folder)
  t.after(() => {
    state.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return state.database
}

const event = (n: number) => ({
  runId: `run-${n}`,
  eventType: 'START',
  eventTime: '2026-11-23T06:00:00Z',
  event: `{"n":${n}}`,
})

test('events wait in the order in which they came, until they are posted or refused', (t) => {
  const rows = database(t)
  enqueueEvents(rows, [event(1), event(2), event(3)])
  const [first, second] = waitingEvents(rows, 2)
  assert.deepEqual([first?.event, second?.event, first?.attempts], ['{"n":1}', '{"n":2}', 0])
  markPosted(rows, first!.sequence)
  markRefused(rows, second!.sequence, 'it answered 422')
  const [third] = waitingEvents(rows, 2)
  markAttempted(rows, third!.sequence)
  assert.equal(waitingEvents(rows, 2)[0]?.attempts, 1)
  assert.equal(countWaiting(rows), 1)
})

test('an event that was posted or refused does not come back', (t) => {
  const rows = database(t)
  enqueueEvents(rows, [event(1), event(2)])
  const [first, second] = waitingEvents(rows, 2)
  markPosted(rows, first!.sequence)
  markRefused(rows, second!.sequence, 'no')
  enqueueEvents(rows, [event(1), event(2)])
  assert.equal(countWaiting(rows), 0)
})

test('no more than ten thousand events wait: the oldest make room', (t) => {
  const rows = database(t)
  const batch = (from: number) => Array.from({ length: 6000 }, (_, i) => event(from + i))
  enqueueEvents(rows, batch(0))
  enqueueEvents(rows, batch(6000))
  assert.equal(countWaiting(rows), 10_000)
  assert.equal(waitingEvents(rows, 1)[0]?.event, '{"n":2000}')
})

test('each end of a run is told of once', (t) => {
  const rows = database(t)
  const end = { run: 'a', state: 'failed', endedAt: '2026-11-23T06:00:00Z' }
  assert.equal(isToldOf(rows, end), false)
  markToldOf(rows, end)
  markToldOf(rows, end)
  assert.equal(isToldOf(rows, end), true)
  assert.equal(isToldOf(rows, { ...end, endedAt: '2026-11-23T07:00:00Z' }), false)
})
