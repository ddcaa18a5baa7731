import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { LineageEvent } from '../../src/lineage/event.ts'
import { enqueue, postWaiting } from '../../src/lineage/outbox.ts'
import { countWaiting } from '../../src/state/lineage-rows.ts'
import { openState } from '../../src/state/state.ts'
import { answering, listener } from './listener.ts'

function outbox(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'blotter-outbox-'))
  const state = openState(folder)
  t.after(() => {
    state.close()
    rmSync(folder, { recursive: true, force: true })
  })
  return state.database
}

function event(n: number, eventType: LineageEvent['eventType'] = 'START'): LineageEvent {
  const runId = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`
  return {
    eventType,
    eventTime: '2026-11-23T06:00:00Z',
    producer: 'urn:blotter:0',
    schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
    run: { runId, facets: {} },
    job: { namespace: 'n', name: 'j', facets: {} },
    inputs: [],
    outputs: [],
  }
}

const quick = { pauseMs: 1 }

test('events arrive one by one in their order, with the key, below the path of the URL', async (t) => {
  const database = outbox(t)
  const { received, url } = await listener(t, answering(201))
  const events = [event(1), event(2), event(2, 'COMPLETE'), event(1, 'COMPLETE')]
  enqueue(database, events)
  const posting = await postWaiting(database, { url: `${url}/below`, apiKey: async () => 'canary-key' })
  assert.deepEqual(posting, { posted: 4, refused: 0, waiting: 0 })
  assert.deepEqual(
    received.map((one) => one.body),
    events,
  )
  assert.deepEqual(new Set(received.map((one) => one.request)), new Set(['POST /below/api/v1/lineage']))
  assert.deepEqual(new Set(received.map((one) => one.authorization)), new Set(['Bearer canary-key']))
})

test('an event that is in the outbox or was posted from it is not posted again', async (t) => {
  const database = outbox(t)
  const { received, url } = await listener(t, answering(200))
  enqueue(database, [event(1), event(1)])
  enqueue(database, [event(1)])
  await postWaiting(database, { url, apiKey: undefined })
  enqueue(database, [event(1), event(2)])
  await postWaiting(database, { url, apiKey: undefined })
  assert.deepEqual(
    received.map((one) => one.body.run.runId.at(-1)),
    ['1', '2'],
  )
  assert.equal(received[0]?.authorization, undefined)
})

test('an endpoint that fails for a while gets every event once it works, in their order', async (t) => {
  const database = outbox(t)
  const { received, url } = await listener(t, (nth, response) =>
    answering(nth === 1 ? 500 : nth === 2 ? 429 : nth === 5 ? 503 : 200)(nth, response),
  )
  enqueue(database, [event(1), event(2), event(3)])
  assert.deepEqual(await postWaiting(database, { url, apiKey: undefined }, quick), { posted: 3, refused: 0, waiting: 0 })
  assert.deepEqual(
    received.map((one) => one.body.run.runId.at(-1)),
    ['1', '1', '1', '2', '3', '3'],
  )
})

test('what cannot be posted waits for a later call', async (t) => {
  const database = outbox(t)
  const answers = { status: 502 }
  const { received, url } = await listener(t, (nth, response) => answering(answers.status)(nth, response))
  enqueue(database, [event(1), event(2)])
  const first = await postWaiting(database, { url, apiKey: undefined }, quick)
  assert.deepEqual(first, { posted: 0, refused: 0, waiting: 2, problem: 'it answered 502' })
  assert.equal(received.length, 3)
  answers.status = 200
  assert.deepEqual(await postWaiting(database, { url, apiKey: undefined }, quick), { posted: 2, refused: 0, waiting: 0 })
})

test('a hanging endpoint costs no more than the budget', async (t) => {
  const database = outbox(t)
  const { url } = await listener(t, () => {})
  enqueue(database, [event(1), event(2)])
  const begun = performance.now()
  const posting = await postWaiting(database, { url, apiKey: undefined }, { budgetMs: 200 })
  assert.ok(performance.now() - begun < 1500)
  assert.deepEqual(posting, { posted: 0, refused: 0, waiting: 2, problem: 'it did not answer in time' })
})

test('a dead endpoint, a key that cannot be read and a redirect fail nothing and lose nothing', async (t) => {
  const database = outbox(t)
  enqueue(database, [event(1)])
  const dead = await postWaiting(database, { url: 'http://127.0.0.1:1', apiKey: undefined }, quick)
  assert.match(dead.problem ?? '', /ECONNREFUSED|bad port/)
  const keyless = await postWaiting(
    database,
    { url: 'http://127.0.0.1:1', apiKey: () => Promise.reject(new Error('no key')) },
    quick,
  )
  assert.equal(keyless.problem, 'no key')
  const { received, url } = await listener(
    t,
    (_nth, response) => void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  )
  assert.equal((await postWaiting(database, { url, apiKey: undefined }, quick)).problem, 'it answered 302')
  assert.equal(received.length, 3)
  assert.equal(countWaiting(database), 1)
})

test('an event that the endpoint refuses for good does not keep the others waiting', async (t) => {
  const database = outbox(t)
  const { url } = await listener(t, (nth, response) => answering(nth === 1 ? 422 : 200)(nth, response))
  enqueue(database, [event(1), event(2)])
  assert.deepEqual(await postWaiting(database, { url, apiKey: undefined }, quick), { posted: 1, refused: 1, waiting: 0 })
})

test('an event that failed in too many runs is given up', async (t) => {
  const database = outbox(t)
  const { url } = await listener(t, answering(500))
  enqueue(database, [event(1)])
  const limits = { ...quick, maxAttempts: 2 }
  assert.equal((await postWaiting(database, { url, apiKey: undefined }, limits)).waiting, 1)
  assert.deepEqual(await postWaiting(database, { url, apiKey: undefined }, limits), { posted: 0, refused: 1, waiting: 0 })
})
