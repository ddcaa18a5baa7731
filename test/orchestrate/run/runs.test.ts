import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listRuns } from '../../../src/orchestrate/run/runs.ts'
import { countRuns } from '../../../src/state/run-rows.ts'
import { desk } from '../desk.ts'

test('runs are listed part by part', async (t) => {
  const { state, begin } = await desk(t)
  const runs = [1, 2, 3].map((day) => begin(`2026-11-2${day}T06:00:00Z`)).toReversed()
  assert.equal(countRuns(state.database), 3)
  assert.deepEqual(
    listRuns(state, { offset: 1, limit: 1 }).map(({ run }) => run),
    [runs[1]],
  )
})
