import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { after, before, describe, it } from 'node:test'
import { documentOf, type ErrorDocument, type RunDocument, struckAt } from './blotter.ts'
import { contentsOf, type FaultyCity, makeFaultyCity } from './city.ts'
import { untilStopped } from './process-state.ts'

describe('Two runs at once', () => {
  let city: FaultyCity
  before(async () => {
    city = await makeFaultyCity()
    await city.publish(0)
  })
  after(() => city[Symbol.asyncDispose]())

  it('of one lake: the second is told who holds it and changes nothing, the first comes to its end', async () => {
    const first = city.startRun(['--at', '2026-02-01T06:00:00Z'], struckAt('COPY 2', 'SIGSTOP'))
    const pid = first.child.pid!
    await untilStopped(pid)
    const refused = await city.run()
    const [held] = documentOf<{ run: string; state: string }[]>(await city.blotter('runs', 'list', '--json'))
    first.child.kill('SIGCONT')

    assert.equal(refused.code, 1, refused.out + refused.err)
    const { code, message, context } = documentOf<ErrorDocument>(refused).error
    assert.equal(code, 'run_locked')
    assert.deepEqual([context['pid'], context['host'], context['run']], [pid, hostname(), held?.run])
    for (const known of [String(pid), hostname(), held!.run]) assert.ok(message.includes(known), `${known} in: ${message}`)
    assert.equal(held?.state, 'running')
    const ended = await first.ended
    assert.equal(ended.code, 0, ended.out + ended.err)
    assert.deepEqual((await contentsOf(city.lake))['batches'], ['2026-02-01T06:00:00Z'])
  })

  it('of two lakes do not know of each other', async () => {
    await using other = await makeFaultyCity()
    await other.publish(0)
    await city.publish(1)
    const [one, two] = await Promise.all([city.run(), other.run()])
    assert.deepEqual([one.code, two.code], [0, 0], one.out + one.err + two.out + two.err)
    assert.equal(documentOf<RunDocument>(one).kind, 'incremental')
    assert.equal(documentOf<RunDocument>(two).kind, 'full')
  })

  it('started at the same moment on a new lake: one makes the batch, the other says that it is taken', async () => {
    await using fresh = await makeFaultyCity()
    await fresh.publish(0)
    const both = await Promise.all([fresh.run(), fresh.run()])
    const codes = both.map((ended) => ended.code).sort()
    const told = both.map(({ out, err }) => out + err).join('\n')
    // The slower one may also start after the faster one has ended.
    assert.ok(codes[0] === 0 && (codes[1] === 1 || codes[1] === 0), told)
    const refused = both.find((ended) => ended.code === 1)
    if (refused) assert.equal(documentOf<ErrorDocument>(refused).error.code, 'run_locked', told)
    const { batches } = await contentsOf(fresh.lake)
    assert.equal((batches as string[]).length, refused ? 1 : 2)
  })

  it('where the first was killed: the second goes on at once', async () => {
    await using fresh = await makeFaultyCity()
    await fresh.publish(0)
    const killed = fresh.startRun(['--at', '2026-02-01T06:00:00Z'], struckAt('COPY 4'))
    assert.equal((await killed.ended).signal, 'SIGKILL')
    const began = performance.now()
    const report = documentOf<RunDocument>(await fresh.run())
    assert.equal(report.batch_at, '2026-02-01T06:00:00Z')
    assert.ok(performance.now() - began < 15_000)
  })
})
