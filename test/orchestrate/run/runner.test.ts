import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BlotterError } from '../../../src/errors.ts'
import { showRun } from '../../../src/orchestrate/run/runs.ts'
import type { Step } from '../../../src/orchestrate/run/step.ts'
import { sleep } from '../../../src/clock.ts'
import { desk } from '../desk.ts'

const lost = (): BlotterError => new BlotterError('source_lost', 'The source went away.', { todo: 'Try again.' })
const refused = (): BlotterError => new BlotterError('source_refused', 'The source said no.', { todo: 'Ask for a grant.' })

/** A step that notes its name and returns it. */
function noting(name: string, done: string[], work: Step<object>['run'] = async () => name): Step<object> {
  return {
    name,
    run: async (context, attempt) => {
      done.push(name)
      return work(context, attempt)
    },
  }
}

test('steps run in order and hand their outputs on as JSON gives them back', async (t) => {
  const { begin, go } = await desk(t)
  const seen: unknown[] = []
  const steps: Step<object>[] = [
    { name: 'one', run: async () => ({ at: new Date(0), nothing: undefined }) },
    { name: 'two', run: async (_, { previous }) => void seen.push(previous) },
    { name: 'three', run: async (_, { previous }) => void seen.push(previous) },
  ]
  const result = await go(begin(), steps)
  assert.equal(result.state, 'succeeded')
  assert.deepEqual(seen, [
    { one: { at: '1970-01-01T00:00:00.000Z' } },
    { one: { at: '1970-01-01T00:00:00.000Z' }, two: null },
  ])
  assert.deepEqual(
    result.steps.map(({ name, state, attempts }) => [name, state, attempts]),
    [
      ['one', 'succeeded', 1],
      ['two', 'succeeded', 1],
      ['three', 'succeeded', 1],
    ],
  )
})

test('an outcome is stored before the next step starts', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  const stored: unknown[] = []
  const look = async (): Promise<void> => {
    stored.push(showRun(state, run).steps.map((step) => step.state))
  }
  await go(run, [
    { name: 'a', run: look },
    { name: 'b', run: look },
  ])
  assert.deepEqual(stored, [
    ['running', 'queued'],
    ['succeeded', 'running'],
  ])
})

test('an error that time may heal is tried again, and the failed attempts stay on record', async (t) => {
  const { state, events, begin, go } = await desk(t)
  const run = begin()
  const flaky = async (_: object, { number }: { number: number }): Promise<number> => {
    if (number < 3) throw lost()
    return number
  }
  const result = await go(run, [{ name: 'flaky', run: flaky }])
  assert.equal(result.state, 'succeeded')
  assert.deepEqual(result.outputs, { flaky: 3 })
  const tries = showRun(state, run).steps[0]?.tries ?? []
  assert.deepEqual(
    tries.map((one) => [one.attempt, one.state, one.error?.code ?? null]),
    [
      [1, 'failed', 'source_lost'],
      [2, 'failed', 'source_lost'],
      [3, 'succeeded', null],
    ],
  )
  const waits = events.flatMap((event) => (event.type === 'step' && event.retryInMs ? [event.retryInMs] : []))
  assert.equal(waits.length, 2)
})

test('attempts are bounded', async (t) => {
  const { begin, go } = await desk(t)
  const done: string[] = []
  const result = await go(begin(), [noting('never', done, async () => Promise.reject(lost())), noting('after', done)])
  assert.equal(result.state, 'failed')
  assert.equal(result.error?.code, 'source_lost')
  assert.deepEqual(done, ['never', 'never', 'never'])
  assert.deepEqual(
    result.steps.map((step) => [step.state, step.attempts]),
    [
      ['failed', 3],
      ['skipped', 0],
    ],
  )
})

test('any other error fails the run at once, and a resumed run goes on from the failed step', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  const done: string[] = []
  let granted = false
  const steps = [
    noting('a', done),
    noting('b', done, async () => (granted ? 'b' : Promise.reject(refused()))),
    noting('c', done, async (_, { previous }) => previous),
  ]
  const failed = await go(run, steps)
  assert.equal(failed.error?.code, 'source_refused')
  assert.equal(showRun(state, run).error?.todo, 'Ask for a grant.')
  granted = true
  const resumed = await go(run, steps)
  assert.equal(resumed.state, 'succeeded')
  assert.deepEqual(done, ['a', 'b', 'b', 'c'])
  assert.deepEqual(resumed.outputs.c, { a: 'a', b: 'b' })
  assert.deepEqual(
    showRun(state, run).steps[1]?.tries.map((one) => one.state),
    ['failed', 'succeeded'],
  )
  assert.equal(showRun(state, run).error, undefined)
})

test('a run that succeeded already does nothing and gives its outputs again', async (t) => {
  const { begin, go } = await desk(t)
  const run = begin()
  const done: string[] = []
  await go(run, [noting('a', done)])
  const again = await go(run, [noting('a', done)])
  assert.deepEqual([again.state, again.outputs, done], ['succeeded', { a: 'a' }, ['a']])
})

test('a checker overrules the step: skipped goes on, failed fails, terminated ends', async (t) => {
  const { begin, go } = await desk(t)
  const done: string[] = []
  const judged = (verdict: Awaited<ReturnType<NonNullable<Step<object>['check']>>>): Step<object>[] => [
    { ...noting('judged', done), check: async () => verdict },
    noting('next', done),
  ]
  const skipped = await go(begin(), judged('skipped'))
  assert.deepEqual([skipped.state, skipped.steps.map((step) => step.state)], ['succeeded', ['skipped', 'succeeded']])
  const failed = await go(begin(), judged({ failed: 'no file was left' }))
  assert.equal(failed.error?.code, 'step_unproven')
  assert.match(failed.error?.message ?? '', /no file was left/)
  const ended = await go(begin(), judged('terminated'))
  assert.deepEqual([ended.state, ended.steps.map((step) => step.state)], ['terminated', ['terminated', 'skipped']])
  assert.deepEqual(done, ['judged', 'next', 'judged', 'judged'])
})

test('a step that was skipped by its checker is not done again when the run goes on, one behind a failure is', async (t) => {
  const { begin, go } = await desk(t)
  const run = begin()
  const done: string[] = []
  let heal = false
  const steps = [
    { ...noting('empty', done), check: async () => 'skipped' as const },
    noting('fails', done, async () => (heal ? 1 : Promise.reject(refused()))),
    noting('behind', done),
  ]
  await go(run, steps)
  heal = true
  assert.equal((await go(run, steps)).state, 'succeeded')
  assert.deepEqual(done, ['empty', 'fails', 'fails', 'behind'])
})

test('a timeout aborts the signal of the step, is tried again, and fails in the end', async (t) => {
  const { begin, go } = await desk(t)
  let aborted = 0
  const slow: Step<object> = {
    name: 'slow',
    timeoutMs: 30,
    run: (_, { signal }) => sleep(60_000, signal).catch((error: unknown) => (aborted++, Promise.reject(error))),
  }
  const result = await go(begin(), [slow], { retry: { maxAttempts: 2, baseMs: 1, capMs: 1 } })
  assert.deepEqual([result.state, result.error?.code, aborted], ['failed', 'step_timeout', 2])
  assert.match(result.error?.message ?? '', /limit of 0\.03 s/)
})

test('a step that ignores its abort is waited for only so long, and never started again beside itself', async (t) => {
  const { begin, go } = await desk(t)
  let started = 0
  const deaf: Step<object> = { name: 'deaf', timeoutMs: 20, run: () => (started++, sleep(700)) }
  const began = performance.now()
  const result = await go(begin(), [deaf], { graceMs: 50 })
  assert.deepEqual([result.state, result.error?.code, started], ['failed', 'step_stuck', 1])
  assert.ok(performance.now() - began < 600)
})

test('a step that finishes although it was told to stop counts as finished', async (t) => {
  const { begin, go } = await desk(t)
  const stop = new AbortController()
  const finishing = async (): Promise<string> => (stop.abort(), await sleep(10), 'committed')
  const run = begin()
  const steps = [
    { name: 'commit', run: finishing },
    { name: 'publish', run: async () => 'told' },
  ]
  const result = await go(run, steps, { signal: stop.signal })
  assert.deepEqual([result.state, result.error?.code], ['queued', 'interrupted'])
  assert.deepEqual(
    result.steps.map((step) => step.state),
    ['succeeded', 'queued'],
  )
  assert.equal((await go(run, steps)).outputs.publish, 'told')
})

test('an abort stops the step, or the wait before another attempt, and leaves the run to be gone on with', async (t) => {
  const { state, begin, go } = await desk(t)
  for (const where of ['step', 'wait'] as const) {
    const run = begin()
    const stop = new AbortController()
    const work = (signal: AbortSignal): Promise<void> => (where === 'wait' ? Promise.reject(lost()) : sleep(60_000, signal))
    setTimeout(() => stop.abort(), 40)
    const steps: Step<object>[] = [{ name: 'long', run: (_, { signal }) => work(signal) }]
    const result = await go(run, steps, { signal: stop.signal, retry: { maxAttempts: 3, baseMs: 60_000, capMs: 60_000 } })
    assert.deepEqual([result.state, result.error?.code, result.error?.exitCode], ['queued', 'interrupted', 130], where)
    assert.equal(result.steps[0]?.state, 'queued')
    const shown = showRun(state, run)
    assert.deepEqual([shown.state, shown.finished_at], ['queued', null])
    assert.equal((await go(run, [{ name: 'long', run: async () => 1 }])).state, 'succeeded')
  }
})

test('an output that is no JSON, or too much of it, fails the step with its name', async (t) => {
  const { begin, go } = await desk(t)
  const bigint = await go(begin(), [{ name: 'ids', run: async () => 1n }])
  assert.deepEqual([bigint.state, bigint.error?.code], ['failed', 'internal'])
  const long = await go(begin(), [{ name: 'rows', run: async () => 'x'.repeat(17 * 1024 * 1024) }])
  assert.match(long.error?.message ?? '', /output of step rows is too long/)
})

test('a watcher that throws fails nothing', async (t) => {
  const { begin, go } = await desk(t)
  const onEvent = (): never => {
    throw new Error('the view is broken')
  }
  assert.equal((await go(begin(), [{ name: 'a', run: async () => 1 }], { onEvent })).state, 'succeeded')
})

test('steps in a cycle are refused before anything is recorded', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  const circle = [
    { name: 'a', after: ['b'], run: async () => 1 },
    { name: 'b', after: ['a'], run: async () => 1 },
  ]
  await assert.rejects(go(run, circle), { code: 'pipeline_invalid' })
  assert.deepEqual(showRun(state, run).steps, [])
})

test('a clock that moves backwards disturbs neither the order of runs nor their durations', async (t) => {
  const { state, begin, go } = await desk(t)
  let hour = 12
  const clock = { now: () => new Date(Date.UTC(2026, 10, 23, hour--)) }
  const first = begin()
  await go(first, [{ name: 'a', run: () => sleep(20) }], { clock })
  const second = begin()
  await go(second, [{ name: 'a', run: () => sleep(20) }], { clock })
  assert.equal(showRun(state).run, second)
  assert.ok((showRun(state, first).seconds ?? -1) >= 0.019)
})

test('a hand-over between steps takes less than 50 ms', async (t) => {
  const { begin, go } = await desk(t)
  const gapsMs: number[] = []
  let last = performance.now()
  const steps = Array.from({ length: 200 }, (_, at): Step<object> => ({
    name: `s${at}`,
    run: async () => {
      gapsMs.push(performance.now() - last)
      last = performance.now()
    },
  }))
  await go(begin(), steps)
  gapsMs.sort((a, b) => a - b)
  const [median, p95] = [gapsMs[100] ?? 0, gapsMs[190] ?? 0]
  t.diagnostic(`hand-over: median ${median.toFixed(2)} ms, p95 ${p95.toFixed(2)} ms`)
  assert.ok(median < 50, `${median} ms`)
})
