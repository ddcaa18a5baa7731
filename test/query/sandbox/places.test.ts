import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPlaces } from '../../../src/query/sandbox/places.ts'

const here = (): AbortSignal => new AbortController().signal

test('those who wait get their turn in the order in which they came', async () => {
  const places = createPlaces({ working: 1, waiting: 2, waitMs: 5000 })
  const first = await places.take(here())
  const order: string[] = []
  const second = places.take(here()).then((place) => (order.push('second'), place))
  const third = places.take(here()).then((place) => (order.push('third'), place))
  await assert.rejects(places.take(here()), { code: 'queries_full', context: { retry_after_seconds: 5 } })
  first[Symbol.dispose]()
  // Leaving twice gives no second place.
  first[Symbol.dispose]()
  const place = await second
  assert.deepEqual(order, ['second'])
  place[Symbol.dispose]()
  ;(await third)[Symbol.dispose]()
  assert.deepEqual(order, ['second', 'third'])
  using _free = await places.take(here())
})

test('who waits too long, or goes away, leaves the line', async () => {
  const places = createPlaces({ working: 1, waiting: 2, waitMs: 50 })
  using _first = await places.take(here())
  await assert.rejects(places.take(here()), { code: 'queries_full', message: /has waited/ })
  const patient = createPlaces({ working: 1, waiting: 1, waitMs: 5000 })
  const taken = await patient.take(here())
  const stop = new AbortController()
  const waiting = patient.take(stop.signal)
  stop.abort(new Error('gone'))
  await assert.rejects(waiting, /gone/)
  await assert.rejects(patient.take(stop.signal), /gone/)
  taken[Symbol.dispose]()
  using _next = await patient.take(here())
})
