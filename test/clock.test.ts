import assert from 'node:assert/strict'
import { test } from 'node:test'
import { monotonicSeconds, sleep, systemClock } from '../src/clock.ts'

test('sleep ends after its time, or at once with the reason when it is told to stop', async () => {
  const began = monotonicSeconds()
  await sleep(20)
  assert.ok(monotonicSeconds() - began >= 0.015)
  const abort = new AbortController()
  const sleeping = sleep(60_000, abort.signal)
  abort.abort(new Error('enough'))
  await assert.rejects(sleeping, /enough/)
  await assert.rejects(sleep(60_000, abort.signal), /enough/)
})

test('the system clock tells the time', () => {
  assert.ok(Math.abs(systemClock.now().getTime() - Date.now()) < 1000)
})
