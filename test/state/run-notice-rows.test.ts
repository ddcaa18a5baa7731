import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addNotice, readNotices } from '../../src/state/run-notice-rows.ts'
import { insertRun } from '../../src/state/run-rows.ts'
import { openState } from '../../src/state/state.ts'
import { testFolder } from './folder.ts'

const AT = '2026-11-23T06:00:00.000Z'

test('a run keeps its first two hundred notices, in their order, and no other run’s', (t) => {
  using state = openState(testFolder(t))
  for (const run of ['a', 'b'])
    insertRun(state.database, { run, batch_at: AT, kind: null, source: 'demo://x', options: {}, started_at: AT })
  for (let n = 0; n < 203; n++) addNotice(state.database, 'a', { noted_at: AT, message: String(n) })
  addNotice(state.database, 'b', { noted_at: AT, message: 'other' })
  const expected = Array.from({ length: 200 }, (_, n) => ({ noted_at: AT, message: String(n) }))
  assert.deepEqual(
    readNotices(state.database, 'a').map((one) => ({ ...one })),
    expected,
  )
  assert.equal(readNotices(state.database, 'b').length, 1)
})
