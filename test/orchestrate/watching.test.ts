import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep, systemClock } from '../../src/clock.ts'
import { BlotterError } from '../../src/errors.ts'
import { expectedSeconds, marginsOf } from '../../src/orchestrate/margins.ts'
import { runLog } from '../../src/orchestrate/run-log.ts'
import { type RunNews, watchRuns } from '../../src/orchestrate/run-watch.ts'
import { listRuns, showRun } from '../../src/orchestrate/runs.ts'
import { openDeadline } from '../../src/state/deadline-rows.ts'
import { addNotice, readNotices } from '../../src/state/run-notice-rows.ts'
import { countRuns } from '../../src/state/run-rows.ts'
import { openState } from '../../src/state/state.ts'
import { keepProgress } from '../../src/state/step-rows.ts'
import { desk } from './desk.ts'

const SLA = { runMs: 60_000, stepsMs: { one: 10_000, absent: 5000 } }

test('a run’s log tells every attempt, what people should know, and how it ended', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  let tries = 0
  const lost = new BlotterError('source_lost', 'The source went away.', { todo: 'Try again.' })
  await go(run, [
    { name: 'one', run: async () => (++tries === 1 ? Promise.reject(lost) : undefined) },
    {
      name: 'two',
      run: async () => {
        await sleep(5)
        addNotice(state.database, run, { noted_at: systemClock.now().toISOString(), message: 'Odd.' })
        await sleep(5)
      },
    },
  ])
  const log = runLog(showRun(state, run), readNotices(state.database, run))
  const told = log.map(({ level, step, message }) => [level, step, message.replace(/ after [\d.]+ s/, '')])
  assert.deepEqual(told, [
    ['info', null, `Run ${run} begins.`],
    ['info', 'one', 'begins'],
    ['error', 'one', 'failed: The source went away.'],
    ['info', 'one', 'begins (attempt 2)'],
    ['info', 'one', 'succeeded (attempt 2)'],
    ['info', 'two', 'begins'],
    ['warn', null, 'Odd.'],
    ['info', 'two', 'succeeded'],
    ['info', null, 'The run succeeded.'],
  ])
})

test('margins are what is left of each limit, the run’s own limits before those of now', async (t) => {
  const { state, begin, go } = await desk(t)
  const run = begin()
  await go(run, [{ name: 'one', run: () => sleep(30) }])
  const at = systemClock.now()
  const shown = showRun(state, run)
  const byConfiguration = marginsOf(state, shown, SLA, at)
  assert.deepEqual(
    byConfiguration.map(({ scope, limit_seconds }) => [scope, limit_seconds]),
    [
      ['run', 60],
      ['one', 10],
    ],
  )
  for (const { limit_seconds, elapsed_seconds, margin_seconds } of byConfiguration) {
    assert.ok(elapsed_seconds >= 0.03 && elapsed_seconds < 5)
    assert.ok(Math.abs(limit_seconds - elapsed_seconds - margin_seconds) < 0.001)
  }
  openDeadline(state.database, { run, scope: 'run', limit_ms: 20, started_at: shown.started_at })
  const [own] = marginsOf(state, shown, SLA, at)
  assert.equal(own?.limit_seconds, 0.02)
  assert.ok(own.margin_seconds < 0)
})

test('a run under way is expected to take what its like took, once there were three', async (t) => {
  const { state, begin, go } = await desk(t)
  const step = { name: 'one', run: () => sleep(40) }
  const seen: (number | null)[] = []
  const look = (run: string) => ({
    name: 'two',
    run: async () => void seen.push(expectedSeconds(state, showRun(state, run), systemClock.now())),
  })
  for (let n = 0; n < 4; n++) {
    const run = begin(`2026-11-2${n}T06:00:00Z`)
    await go(
      run,
      [step, look(run), step].map((one, i) => (i === 2 ? { ...one, name: 'three' } : one)),
    )
    assert.equal(expectedSeconds(state, showRun(state, run), systemClock.now()), null)
  }
  assert.deepEqual(seen.slice(0, 3), [null, null, null])
  assert.ok(seen[3]! > 0.06 && seen[3]! < 5, String(seen[3]))
})

test('whoever watches is told of runs of this and of other connections, and of nothing from before', async (t) => {
  const { state, begin, go } = await desk(t)
  await go(begin('2026-11-20T06:00:00Z'), [{ name: 'old', run: async () => {} }])
  using other = openState(state.folder)
  const news: RunNews[] = []
  for (const watched of [state, other]) {
    news.length = 0
    const stop = watchRuns({ state: () => watched, onNews: (one) => news.push(one), everyMs: 5 })
    const run = begin()
    await go(run, [
      {
        name: 'one',
        run: async () => {
          keepProgress(state.database, run, 'one', { done: 7, expected: 9 })
          await sleep(60)
        },
      },
    ])
    await sleep(60)
    stop()
    assert.deepEqual([...new Set(news.map((one) => one.run))], [run])
    assert.ok(news.some((one) => one.step === 'one' && one.rows_done === 7 && one.rows_expected === 9))
    assert.deepEqual([news.at(-1)?.state, news.at(-1)?.step_state], ['succeeded', 'succeeded'])
  }
  const told = news.length
  begin('2026-11-25T06:00:00Z')
  await sleep(30)
  assert.equal(news.length, told)
})

test('runs are listed part by part', async (t) => {
  const { state, begin } = await desk(t)
  const runs = [1, 2, 3].map((day) => begin(`2026-11-2${day}T06:00:00Z`)).toReversed()
  assert.equal(countRuns(state.database), 3)
  assert.deepEqual(
    listRuns(state, { offset: 1, limit: 1 }).map(({ run }) => run),
    [runs[1]],
  )
})
