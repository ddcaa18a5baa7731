import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { documentOf, type Ended, type ErrorDocument, momentsInto, type RunDocument, struckAt } from './blotter.ts'
import { contentsOf, type FaultyCity, makeFaultyCity } from './city.ts'
import { untilStopped } from './process-state.ts'

const AT = '2026-02-02T06:00:00Z'

/** Moments of an incremental batch, by the step in which they lie. */
const MOMENTS = [
  ['extract', 'COPY 2', 'SIGINT'],
  ['check', 'COPY 4', 'SIGTERM'],
  ['land', 'COPY 6', 'SIGINT'],
  ['land', 'link 2', 'SIGTERM'],
  ['transform', 'COPY 11', 'SIGINT'],
  ['aggregate', 'COPY 15', 'SIGTERM'],
] as const

describe('Ctrl-C and SIGTERM', () => {
  let city: FaultyCity
  let expected: Record<string, unknown>
  let moments: string[]

  before(async () => {
    city = await makeFaultyCity()
    await city.publish(0)
    assert.equal((await city.run(['--at', '2026-02-01T06:00:00Z'])).code, 0)
    await city.keep('one batch')
    await city.publish(1)
    const file = join(city.folder, 'moments.json')
    assert.equal((await city.run(['--at', AT], momentsInto(file))).code, 0)
    moments = JSON.parse(await readFile(file, 'utf8')) as string[]
    expected = await contentsOf(city.lake)
  })
  after(() => city[Symbol.asyncDispose]())

  for (const [step, moment, signal] of MOMENTS) {
    it(`${signal} in ${step} (${moment}) stops the run with one message and nothing committed, and it goes on`, async () => {
      await city.putBack('one batch')
      const ended = await city.run(['--at', AT], struckAt(moment, signal))
      assert.equal(ended.code, 130, ended.out + ended.err)
      const { error } = documentOf<ErrorDocument>(ended)
      assert.equal(error.code, 'interrupted')
      assert.match(error.message, /Nothing was committed/)
      assert.match(error.remedy, /blotter run/)
      const detail = documentOf<{ state: string; steps: { name: string; state: string; attempts: number }[] }>(
        await city.blotter('runs', 'show', '--json'),
      )
      assert.equal(detail.state, 'queued')
      assert.equal(detail.steps.findLast((one) => one.attempts > 0)?.name, step)
      assert.deepEqual((await contentsOf(city.lake))['batches'], ['2026-02-01T06:00:00Z'])

      const report = documentOf<RunDocument>(await city.run())
      assert.equal(report.batch_at, AT)
      assert.deepEqual(await contentsOf(city.lake), expected)
    })
  }

  it('at the very commit does not take it back, and says that the batch is there', async () => {
    await city.putBack('one batch')
    const ended = await city.run(['--at', AT], struckAt(`COMMIT ${commitNumber(moments)}`, 'SIGINT'))
    assert.equal(ended.code, 130, ended.out + ended.err)
    const { error } = documentOf<ErrorDocument>(ended)
    assert.equal(error.code, 'interrupted')
    assert.doesNotMatch(error.message, /Nothing was committed/)
    assert.match(error.message, new RegExp(`${AT} is committed`))
    assert.deepEqual(await contentsOf(city.lake), expected)
    const report = documentOf<RunDocument>(await city.run())
    assert.equal(report.batch_at, AT)
    assert.deepEqual(await contentsOf(city.lake), expected)
  })

  it('are not all that can come after a commit: a disk that is full then takes nothing back either', async () => {
    await city.putBack('one batch')
    const ended = await city.run(['--at', AT], struckAt(`COMMIT ${commitNumber(moments) + 1}`, 'SQLITE_FULL'))
    assert.equal(ended.code, 1, ended.out + ended.err)
    const { error } = documentOf<ErrorDocument>(ended)
    assert.equal(error.code, 'disk_full')
    assert.doesNotMatch(error.message, /Nothing was committed/)
    assert.match(error.message, new RegExp(`${AT} is committed`))
    const report = documentOf<RunDocument>(await city.run())
    assert.deepEqual([report.batch_at, report.state], [AT, 'succeeded'])
    assert.deepEqual(await contentsOf(city.lake), expected)
  })

  it('without --json is one message on stderr, without a stack', async () => {
    await city.putBack('one batch')
    const ended = await stopped(city, ['SIGINT'])
    assert.equal(ended.code, 130)
    assert.equal(ended.out, '')
    assert.match(ended.err, /error: Interrupted\.\n {2}Nothing was committed; the lake is as it was before\.\n→ Run /)
    assert.doesNotMatch(ended.err, /\n\s+at /)
    assert.equal(ended.err.match(/error:/g)?.length, 1)
  })

  it('twice ends at once', async () => {
    await city.putBack('one batch')
    const ended = await stopped(city, ['SIGINT', 'SIGINT'])
    assert.equal(ended.code, 130)
    const report = documentOf<RunDocument>(await city.run(['--at', AT]))
    assert.equal(report.batch_at, AT)
    assert.deepEqual(await contentsOf(city.lake), expected)
  })
})

/** Which COMMIT of a run is the catalog's: the one whose transaction moves the rows of all nine tables one by one. */
function commitNumber(moments: readonly string[]): number {
  const transaction = ['BEGIN IMMEDIATE', ...Array.from({ length: 9 }, () => 'statement'), 'COMMIT']
  const found = moments.flatMap((_, i) => (transaction.every((what, n) => moments[i + n] === what) ? [i] : []))
  assert.equal(found.length, 1)
  return moments.slice(0, found[0]! + transaction.length).filter((what) => what === 'COMMIT').length
}

/** A run for people that is stopped while it works and then gets signals. */
async function stopped(city: FaultyCity, signals: readonly NodeJS.Signals[]): Promise<Ended> {
  const run = city.startRun(['--at', AT], struckAt('COPY 6', 'SIGSTOP'), { json: false })
  await untilStopped(run.child.pid!)
  for (const signal of signals) {
    run.child.kill(signal)
    run.child.kill('SIGCONT')
    await sleep(50)
  }
  return await run.ended
}
