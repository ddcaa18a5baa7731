import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openRunning } from '../../src/query/running.ts'

const here = (): AbortSignal => new AbortController().signal
const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }))

test('a query is cancelled by its asker, once for all, and by their going away', async () => {
  const running = openRunning()
  const mine = running.during('me', { query: 'a', gone: here() }, (_, signal) => untilAborted(signal))
  assert.throws(() => running.cancel('you', 'a'), { code: 'query_missing' })
  assert.deepEqual(running.cancel('me', 'a'), { query: 'a', state: 'cancelled' })
  await assert.rejects(mine, { code: 'query_cancelled' })
  assert.deepEqual(running.cancel('me', 'a'), { query: 'a', state: 'cancelled' })
  const gone = new AbortController()
  const left = running.during('me', { query: 'b', gone: gone.signal }, (_, signal) => untilAborted(signal))
  gone.abort()
  await assert.rejects(left, { code: 'query_cancelled' })
  assert.equal(running.cancel('me', 'b').state, 'cancelled')
})

test('one that has ended stays as it ended', async () => {
  const running = openRunning()
  assert.equal(await running.during('me', { query: 'a', gone: here() }, async () => 1), 1)
  await assert.rejects(
    running.during('me', { query: 'b', gone: here() }, () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(running.cancel('me', 'a').state, 'succeeded')
  assert.equal(running.cancel('me', 'b').state, 'failed')
})

test('an asker has four under way at most, each under a name of its own', async () => {
  const running = openRunning()
  const four = Array.from({ length: 4 }, (_, i) =>
    running.during('me', { query: `q${i}`, gone: here() }, (__, signal) => untilAborted(signal)),
  )
  await assert.rejects(
    running.during('me', { gone: here() }, async () => 1),
    { code: 'queries_full' },
  )
  assert.equal(await running.during('you', { query: 'q1', gone: here() }, async () => 2), 2)
  for (const i of [0, 1, 2, 3]) running.cancel('me', `q${i}`)
  for (const one of await Promise.allSettled(four)) assert.equal(one.status, 'rejected')
  assert.equal(await running.during('me', { gone: here() }, async () => 3), 3)
  await assert.rejects(
    running.during('me', { query: 'q1', gone: here() }, async () => 4),
    { code: 'usage' },
  )
})

test('of what has ended, a bounded number is remembered', async () => {
  const running = openRunning()
  for (let i = 0; i < 1100; i++) await running.during('me', { query: `q${i}`, gone: here() }, async () => i)
  assert.throws(() => running.cancel('me', 'q50'), { code: 'query_missing' })
  assert.equal(running.cancel('me', 'q1099').state, 'succeeded')
})

test('an answer that is still being read counts as under way: it is held in memory, or on the disk', async () => {
  const running = openRunning()
  let taken = (): void => {}
  const answered = new Promise<void>((resolve) => (taken = resolve))
  for (let i = 0; i < 4; i++) await running.during('me', { gone: here(), answered }, async () => i)
  const another = () => running.during('me', { gone: here() }, async () => 'another')
  await assert.rejects(another(), { code: 'queries_full' })
  assert.equal(await running.during('you', { gone: here() }, async () => 1), 1)
  taken()
  await answered
  assert.equal(await another(), 'another')
})
