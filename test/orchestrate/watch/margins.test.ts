import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep, systemClock } from '../../../src/clock.ts'
import { showRun } from '../../../src/orchestrate/run/runs.ts'
import { expectedSeconds, marginsOf } from '../../../src/orchestrate/watch/margins.ts'
import { openDeadline } from '../../../src/state/deadline-rows.ts'
import { desk } from '../desk.ts'

const SLA = { runMs: 60_000, stepsMs: { one: 10_000, absent: 5000 } }

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
