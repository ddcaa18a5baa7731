import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../../src/clock.ts'
import { type RunNews, watchRuns } from '../../../src/orchestrate/run/run-watch.ts'
import { openState } from '../../../src/state/state.ts'
import { keepProgress } from '../../../src/state/step-rows.ts'
import { desk } from '../desk.ts'

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
