import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces } from '../../../src/query/sandbox/places.ts'

const here = (): AbortSignal => new AbortController().signal

test('those who wait get their turn in the order in which they came', async () => {
  const places = createPlaces({ working: 1, waiting: 2, waitMs: 5000 })
  const first = await places.take('a', here())
  const order: string[] = []
  const second = places.take('a', here()).then((place) => (order.push('second'), place))
  const third = places.take('a', here()).then((place) => (order.push('third'), place))
  await assert.rejects(places.take('a', here()), { code: 'queries_full', context: { retry_after_seconds: 5 } })
  first[Symbol.dispose]()
  // Leaving twice gives no second place.
  first[Symbol.dispose]()
  const place = await second
  assert.deepEqual(order, ['second'])
  place[Symbol.dispose]()
  ;(await third)[Symbol.dispose]()
  assert.deepEqual(order, ['second', 'third'])
  using _free = await places.take('a', here())
})

test('who waits too long, or goes away, leaves the line', async () => {
  const places = createPlaces({ working: 1, waiting: 2, waitMs: 50 })
  using _first = await places.take('a', here())
  await assert.rejects(places.take('a', here()), { code: 'queries_full', message: /has waited/ })
  const patient = createPlaces({ working: 1, waiting: 1, waitMs: 5000 })
  const taken = await patient.take('a', here())
  const stop = new AbortController()
  const waiting = patient.take('a', stop.signal)
  stop.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
  await assert.rejects(patient.take('a', stop.signal), /gone/)
  taken[Symbol.dispose]()
  using _next = await patient.take('a', here())
})

test('who asks for much leaves a place to others, and those who came first go first', async () => {
  const places = createPlaces({ working: 2, waiting: 4, waitMs: 5000 })
  const greedy = await places.take('greedy', here())
  const order: string[] = []
  const waiting = ['greedy', 'greedy'].map((asker) => places.take(asker, here()).then((place) => (order.push(asker), place)))
  const other = await places.take('other', here())
  const third = places.take('third', here()).then((place) => (order.push('third'), place))
  other[Symbol.dispose]()
  ;(await third)[Symbol.dispose]()
  assert.deepEqual(order, ['third'])
  greedy[Symbol.dispose]()
  const next = await waiting[0]!
  assert.deepEqual(order, ['third', 'greedy'])
  using _still = await places.take('other', here())
  next[Symbol.dispose]()
  ;(await waiting[1]!)[Symbol.dispose]()
})
