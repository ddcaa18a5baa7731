import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createEventBus } from '../../src/platform/serving/events.ts'
import type { Services } from '../../src/server/services.ts'
import { bearerOf, desk } from './desk.ts'

/** A server that listens, and what somebody who listens to its events has read so far. */
async function listening(t: TestContext, services: Partial<Services> = {}) {
  const events = createEventBus()
  const { app } = await desk(t, { events, ...services })
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const stop = new AbortController()
  t.after(() => stop.abort())
  const open = (token = 'good~api'): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/api/v1/events`, { headers: { authorization: `Bearer ${token}` }, signal: stop.signal })
  return { events, app, open, stop }
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>, until: RegExp): Promise<string> {
  let text = ''
  while (!until.test(text)) {
    const { value, done } = await reader.read()
    if (done) return text
    text += new TextDecoder().decode(value)
  }
  return text
}

test('what happens is told to every page that listens, and to none that has gone', async (t) => {
  const { events, open } = await listening(t)
  const [one, two] = await Promise.all([open(), open()])
  assert.match(one!.headers.get('content-type') ?? '', /^text\/event-stream/)
  assert.equal(one!.headers.get('cache-control'), 'no-store')
  const [first, second] = [one!.body!.getReader(), two!.body!.getReader()]
  await Promise.all([read(first, /retry/), read(second, /retry/)])
  events.publish({ type: 'batch', batch_at: '2026-11-23T06:00:00Z' })
  for (const reader of [first, second])
    assert.match(await read(reader, /\n\n/), /^event: batch\ndata: {"batch_at":"2026-11-23T06:00:00Z"}\n\n$/)
  await first.cancel()
  events.publish({ type: 'refresh', text: 'two\nlines' })
  assert.match(await read(second, /\n\n/), /^event: refresh\ndata: {"text":"two\\nlines"}\n\n$/)
})

test('a stranger hears nothing', async (t) => {
  const { open } = await listening(t)
  assert.equal((await open('bad')).status, 401)
})

test('a server that stops ends what its listeners hear', async (t) => {
  const { app, open } = await listening(t)
  const reader = (await open()).body!.getReader()
  await read(reader, /retry/)
  await app.close()
  await read(reader, /never/)
})

test('who may listen no more hears nothing more, from the next heartbeat on', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let isRevoked = false
  const { open, events } = await listening(t, { bearerOf: (token) => (isRevoked ? undefined : bearerOf(token)) })
  const reader = (await open()).body!.getReader()
  await read(reader, /retry/)
  t.mock.timers.tick(15_000)
  await read(reader, /still here/)
  isRevoked = true
  t.mock.timers.tick(15_000)
  assert.doesNotMatch(await read(reader, /never/), /still here/)
  events.publish({ type: 'batch', batch_at: '2026-11-23T06:00:00Z' })
})

test('one person’s pages leave room for those of others', async (t) => {
  const { open } = await listening(t, { bearerOf: (token) => ({ name: token, scopes: ['api'] }) })
  const all = await Promise.all(Array.from({ length: 51 }, () => open('greedy')))
  assert.deepEqual(
    all.map((one) => one.status).filter((status) => status !== 200),
    [429],
  )
  assert.equal((await open('other')).status, 200)
})
