import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep, systemClock } from '../../../src/clock.ts'
import { BlotterError } from '../../../src/errors.ts'
import { runLog } from '../../../src/orchestrate/run/run-log.ts'
import { showRun } from '../../../src/orchestrate/run/runs.ts'
import { addNotice, readNotices } from '../../../src/state/run-notice-rows.ts'
import { desk } from '../desk.ts'

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
