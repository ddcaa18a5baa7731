import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../../src/clock.ts'
import { assertDocumented, type ServedCity, serveCity, theft } from '../served-city.ts'

interface Run {
  run: string
  batch_at: string
  state: string
  steps: { name: string; state: string; tries: { state: string; message: string | null }[] }[]
  margins: { scope: string; limit_seconds: number; margin_seconds: number }[]
  log: { message: string; level: string }[]
  held?: { guard: string }
}

const thefts = (n: number) => Array.from({ length: n }, (_, i) => ({ ...theft, id: i + 1 }))

/** Waits until a run has come to an end, or rests. */
async function ended({ city, get }: ServedCity, run: string): Promise<Run> {
  for (;;) {
    const { state } = await city.platform.runShow(run)
    if (state !== 'running' && state !== 'queued') return get<Run>(`/api/v1/runs/${run}`)
    await sleep(50)
  }
}

async function post(served: ServedCity, path: string, body?: unknown): Promise<{ run: string; batch_at: string }> {
  const answer = await served.ask('POST', path, body === undefined ? {} : { body })
  assert.equal(answer.status, 202, answer.text)
  await assertDocumented(served.ask, 'POST', path, answer)
  return answer.body as { run: string; batch_at: string }
}

test('there are no runs before there is a state, and one that nobody began is missing', async (t) => {
  const { get, ask } = await serveCity(t)
  assert.deepEqual(await get('/api/v1/runs'), { total: 0, runs: [] })
  assert.equal((await ask('GET', '/api/v1/runs/nothing')).status, 404)
})

test('a run that is asked for is answered by its name, and told step by step as it goes', async (t) => {
  const served = await serveCity(t)
  await served.city.publish(thefts(3))
  const begun = await post(served, '/api/v1/runs', { at: '2026-02-01T06:00:00Z' })
  assert.equal(begun.batch_at, '2026-02-01T06:00:00Z')
  const run = await ended(served, begun.run)
  assert.equal(run.state, 'succeeded')
  assert.ok(run.steps.every(({ state, tries }) => state === 'succeeded' && tries.length === 1))
  assert.deepEqual([run.margins[0]?.scope, run.margins[0]?.limit_seconds], ['run', 34 * 60])
  assert.match(run.log.at(-1)!.message, /succeeded/)
  const { log } = await served.get<Run>(`/api/v1/runs/${begun.run}/log`)
  assert.deepEqual(log, run.log)
  const list = await served.get<{ total: number; runs: Run[] }>('/api/v1/runs?limit=1')
  assert.deepEqual([list.total, list.runs[0]?.run, list.runs[0]?.steps.length], [1, begun.run, 7])
})

test('a run that is held is released, or terminated, by who may', async (t) => {
  const served = await serveCity(t)
  const { city, ask } = served
  await city.publish(thefts(10))
  await city.run({ at: '2026-02-01T06:00:00Z' })
  await city.publish(thefts(5))
  const { run: first } = await post(served, '/api/v1/runs', {})
  assert.equal((await ended(served, first)).held?.guard, 'vanished')
  assert.equal((await ask('POST', `/api/v1/runs/${first}/terminate`, { scopes: ['api'] })).status, 403)
  const over = await ask('POST', `/api/v1/runs/${first}/terminate`)
  assert.deepEqual([over.status, (over.body as Run).state], [200, 'terminated'])
  await assertDocumented(ask, 'POST', `/api/v1/runs/${first}/terminate`, over)
  const { run: second } = await post(served, '/api/v1/runs', {})
  assert.equal((await ended(served, second)).state, 'held')
  await post(served, `/api/v1/runs/${second}/release`)
  assert.equal((await ended(served, second)).state, 'succeeded')
  assert.equal((await city.platform.batches()).length, 2)
})

test('a run that is under way is ended within moments, and nothing of it is committed', async (t) => {
  const served = await serveCity(t)
  await served.city.publish(thefts(240_000))
  const { run } = await post(served, '/api/v1/runs', {})
  const locked = await served.ask('POST', '/api/v1/runs', { body: {} })
  assert.deepEqual([locked.status, (locked.body as { code: string }).code], [503, 'run_locked'])
  assert.equal((await served.ask('POST', `/api/v1/runs/${run}/terminate`)).status, 200)
  const over = await ended(served, run)
  assert.equal(over.state, 'terminated')
  assert.match(over.log.at(-1)!.message, /terminated/)
  assert.deepEqual(await served.city.platform.batches(), [])
})

test('a run that failed is resumed from where it stopped', async (t) => {
  const served = await serveCity(t)
  await served.city.publish([{ ...theft, id: 1 }])
  await served.city.run({ at: '2026-02-01T06:00:00Z' })
  const bad = await served.ask('POST', '/api/v1/runs/nothing/resume')
  assert.equal(bad.status, 404)
  const [done] = await served.city.platform.runs()
  assert.equal((await served.ask('POST', `/api/v1/runs/${done!.run}/resume`)).status, 400)
})

test('what cannot be begun is said at once', async (t) => {
  const served = await serveCity(t)
  await served.city.publish(thefts(1))
  await served.city.run({ at: '2026-02-02T06:00:00Z' })
  for (const [body, status, code] of [
    [{ at: '2026-02-01T06:00:00Z' }, 409, 'batch_older'],
    [{ at: 'yesterday' }, 400, 'usage'],
    [{ full: 'yes' }, 400, 'usage'],
    [{ fast: true }, 400, 'usage'],
  ] as const) {
    const answer = await served.ask('POST', '/api/v1/runs', { body })
    assert.deepEqual([answer.status, (answer.body as { code: string }).code], [status, code], JSON.stringify(body))
  }
  const again = await post(served, '/api/v1/runs', { at: '2026-02-02T06:00:00Z' })
  assert.equal(again.batch_at, '2026-02-02T06:00:00Z')
})
