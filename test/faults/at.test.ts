import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { documentOf, type ErrorDocument, type RunDocument, struckAt } from './blotter.ts'
import { type FaultyCity, listingOf, makeFaultyCity } from './city.ts'

const FIRST = '2026-02-01T06:00:00Z'
const SECOND = '2026-02-02T06:00:00Z'
const THIRD = '2026-02-03T06:00:00Z'

describe('A batch named by --at', () => {
  let city: FaultyCity
  let second: RunDocument

  before(async () => {
    city = await makeFaultyCity()
    await city.publish(0)
    assert.equal((await city.run(['--at', FIRST])).code, 0)
    await city.publish(1)
    second = documentOf<RunDocument>(await city.run(['--at', SECOND]))
    await city.publish(2)
    await city.keep('two batches')
  })
  after(() => city[Symbol.asyncDispose]())

  it('that is committed is reported again, whatever the source holds by now, and nothing changes', async () => {
    await city.putBack('two batches')
    const listing = await listingOf(city.lake)
    const again = await city.run(['--at', SECOND])
    assert.equal(again.code, 0, again.out + again.err)
    assert.deepEqual(documentOf(again), second)
    assert.deepEqual(await listingOf(city.lake), listing)
  })

  it('that is committed is reported out of the lake alone where the state is lost', async () => {
    await city.putBack('two batches')
    await rm(join(city.lake, '.blotter'), { recursive: true })
    const listing = await listingOf(city.lake)
    const again = await city.run(['--at', SECOND])
    assert.equal(again.code, 0, again.out + again.err)
    const { steps: _, ...told } = documentOf<RunDocument>(again)
    const { steps: __, ...expected } = second
    assert.deepEqual(told, expected)
    assert.deepEqual(await listingOf(city.lake), listing)
  })

  it('that would be older than the newest is refused, and nothing changes', async () => {
    await city.putBack('two batches')
    const listing = await listingOf(city.lake)
    const older = await city.run(['--at', '2026-02-02T05:59:59Z'])
    assert.equal(older.code, 2)
    assert.equal(documentOf<ErrorDocument>(older).error.code, 'batch_older')
    assert.match(documentOf<ErrorDocument>(older).error.message, new RegExp(SECOND))
    assert.deepEqual(await listingOf(city.lake), listing)
  })

  it('that was killed goes on as the same run', async () => {
    await city.putBack('two batches')
    assert.equal((await city.run(['--at', THIRD], struckAt('COPY 8'))).signal, 'SIGKILL')
    const [killed] = documentOf<{ run: string; state: string }[]>(await city.blotter('runs', 'list', '--json'))
    assert.equal(killed?.state, 'queued')
    const report = documentOf<RunDocument>(await city.run(['--at', THIRD]))
    assert.equal(report.state, 'succeeded')
    assert.equal(report.run, killed?.run)
  })

  it('takes the place of an interrupted run of another name, which leaves nothing', async () => {
    await city.putBack('two batches')
    assert.equal((await city.run(['--at', THIRD], struckAt('COPY 8'))).signal, 'SIGKILL')
    const report = documentOf<RunDocument>(await city.run(['--at', '2026-02-03T07:00:00Z']))
    assert.equal(report.batch_at, '2026-02-03T07:00:00Z')
    const batches = documentOf<{ batch_at: string }[]>(await city.blotter('batches', '--json'))
    assert.deepEqual(
      batches.map((batch) => batch.batch_at),
      [FIRST, SECOND, '2026-02-03T07:00:00Z'],
    )
    const runs = documentOf<{ batch_at: string; state: string }[]>(await city.blotter('runs', 'list', '--json'))
    assert.equal(runs.find((run) => run.batch_at === THIRD)?.state, 'terminated')
  })

  it('is now if it is not given, or one second after the newest if that is later', async () => {
    await city.putBack('two batches')
    const began = Date.now()
    const now = documentOf<RunDocument>(await city.run())
    assert.ok(Math.abs(Date.parse(now.batch_at) - began) < 60_000, now.batch_at)
    const later = new Date(Date.now() + 3_600_000).toISOString().slice(0, 19)
    assert.equal((await city.run(['--at', `${later}Z`])).code, 0)
    const after = await city.run()
    assert.equal(Date.parse(documentOf<RunDocument>(after).batch_at), Date.parse(`${later}Z`) + 1000)
    assert.match(after.err, /clock/)
  })

  it('of one source is not gone on with for another', async () => {
    await city.putBack('two batches')
    assert.equal((await city.run(['--at', THIRD], struckAt('COPY 8'))).signal, 'SIGKILL')
    const demo = ['--source', 'demo://chicago?rows=1000&seed=1&day=0']
    // All incidents of the other source are strangers and all of ours have vanished: a guard asks.
    const other = await city.run(demo)
    assert.equal(other.code, 3, other.out + other.err)
    const report = documentOf<RunDocument>(other)
    assert.notEqual(report.batch_at, THIRD)
    const released = documentOf<RunDocument>(await city.blotter('runs', 'release', '--json'))
    assert.equal(released.run, report.run)
    const batches = documentOf<{ batch_at: string }[]>(await city.blotter('batches', '--json'))
    assert.deepEqual(
      batches.map((batch) => batch.batch_at),
      [FIRST, SECOND, report.batch_at],
    )
  })

  it('of an interrupted run is kept by --full, which reads every row nevertheless', async () => {
    await city.putBack('two batches')
    assert.equal((await city.run(['--at', THIRD], struckAt('COPY 8'))).signal, 'SIGKILL')
    const report = documentOf<RunDocument>(await city.run(['--full']))
    assert.deepEqual([report.batch_at, report.kind, report.state], [THIRD, 'full', 'succeeded'])
  })
})
